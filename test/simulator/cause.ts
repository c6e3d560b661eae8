/**
 * Why something happens that is not in the ordinary course of a deployment. The schedule passes it on from an event to
 * those that it leads to, so that a checker can tell "the function took it away" from "the world did".
 */
export interface Cause {
  /** `function`: a call of the function under test. `world`: AWS, a person, or Elastigroup of its own accord. */
  readonly by: 'function' | 'world';
  /** E.g. `PUT stop cdbg-1a2b3c4d`, `AWS reclaimed i-…`. */
  readonly what: string;
}
