import { evaluate, type Template, type TemplateResource } from '../../scripts/cloudFormation.mjs';

/** A resource as CloudFormation would create it. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy: string | undefined;
  readonly UpdateReplacePolicy: string | undefined;
}

const PSEUDO_PARAMETERS = { 'AWS::Region': 'eu-west-1', 'AWS::AccountId': '123456789012' };
/** Of resources, as far as the templates use them. */
const ATTRIBUTES = ['Arn', 'QueueName'];

/**
 * The resources that CloudFormation would create with these parameters, by the names that `nameOf` gives their logical ids. A
 * reference to a resource becomes its name, an attribute `name.attribute`; numbers and booleans become text.
 */
export function resourcesOf(
  template: Template,
  parameters: Readonly<Record<string, string>>,
  nameOf: (logicalId: string) => string,
): Record<string, Resource> {
  const names = Object.keys(template.Resources).flatMap((logicalId) => [
    [logicalId, nameOf(logicalId)],
    ...ATTRIBUTES.map((attribute) => [`${logicalId}.${attribute}`, `${nameOf(logicalId)}.${attribute}`]),
  ]);
  const values = { ...PSEUDO_PARAMETERS, ...(Object.fromEntries(names) as Record<string, string>), ...parameters };
  const isCreated = ({ Condition }: TemplateResource) =>
    Condition === undefined || evaluate(template, { 'Fn::If': [Condition, true, false] }, values) === true;
  return Object.fromEntries(
    Object.entries(template.Resources)
      .filter(([, resource]) => isCreated(resource))
      .map(([logicalId, { Type, Properties = {}, DeletionPolicy, UpdateReplacePolicy }]) => [
        nameOf(logicalId),
        {
          Type,
          Properties: asText(evaluate(template, Properties, values)) as Record<string, unknown>,
          DeletionPolicy,
          UpdateReplacePolicy,
        },
      ]),
  );
}

/** CloudFormation does not tell the number from its digits. */
function asText(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(asText);
  if (typeof node === 'number' || typeof node === 'boolean') return String(node);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, asText(value)]));
}
