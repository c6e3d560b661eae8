/** A tag of an EC2 instance, which Elastigroup sets, and by which CodeDeploy and EC2 find the instance. */
export interface Tag {
  readonly key: string;
  readonly value: string;
}
