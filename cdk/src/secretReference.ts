import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';

/** `id` or `id#key`, as the function reads it. */
export function secretReference(secret: ISecret, field: string | undefined): string {
  // A secret that is known by its name only has no ARN that Secrets Manager would find for sure.
  const id = secret.secretFullArn ?? secret.secretName;
  return field === undefined ? id : `${id}#${field}`;
}
