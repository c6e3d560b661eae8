import { type CollectionTag, parse, type ScalarTag, YAMLMap } from 'yaml';

/** A template, with CloudFormation's functions in their long form. */
export interface Template {
  readonly Parameters?: Readonly<Record<string, { readonly Default?: unknown; readonly Type: string }>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, TemplateResource>>;
}

interface TemplateResource {
  readonly Type: string;
  readonly Condition?: string;
  readonly Properties?: unknown;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** A resource as CloudFormation would create it. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy: string | undefined;
  readonly UpdateReplacePolicy: string | undefined;
}

export const PSEUDO_PARAMETERS = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-west-1',
  'AWS::AccountId': '123456789012',
  'AWS::URLSuffix': 'amazonaws.com',
} as const;

const FUNCTIONS = ['Ref', 'GetAtt', 'Sub', 'Join', 'Split', 'Equals', 'Not', 'And', 'Or', 'If'];

export function readTemplate(text: string): Template {
  return parse(text, { customTags: FUNCTIONS.flatMap(tagsOf) }) as Template;
}

/** `!Sub x` as `{ "Fn::Sub": x }`. */
function tagsOf(name: string): (ScalarTag | CollectionTag)[] {
  const long = name === 'Ref' ? name : `Fn::${name}`;
  const resolveList: CollectionTag['resolve'] = (list) => {
    const call = new YAMLMap();
    call.set(long, list);
    return call;
  };
  return [
    { tag: `!${name}`, resolve: (text) => ({ [long]: text }) },
    { tag: `!${name}`, collection: 'seq', resolve: resolveList },
  ];
}

const NO_VALUE = Symbol('AWS::NoValue');

type Values = Readonly<Record<string, string | readonly string[]>>;

/**
 * The resources that CloudFormation would create with these parameters, by the names that `nameOf` gives their logical ids. A
 * reference to a resource becomes its name, an attribute `name.attribute`; numbers and booleans become text.
 */
export function resourcesOf(
  template: Template,
  parameters: Values,
  nameOf: (logicalId: string) => string,
): Record<string, Resource> {
  const defaults = Object.fromEntries(
    Object.entries(template.Parameters ?? {}).map(([name, { Default, Type }]) => [
      name,
      Type === 'CommaDelimitedList' ? [String(Default)] : String(Default),
    ]),
  );
  const values: Values = { ...defaults, ...PSEUDO_PARAMETERS, ...parameters };

  function lookUp(reference: string): unknown {
    if (reference === 'AWS::NoValue') return NO_VALUE;
    const [logicalId = '', ...attribute] = reference.split('.');
    if (Object.hasOwn(template.Resources, logicalId)) return [nameOf(logicalId), ...attribute].join('.');
    if (!Object.hasOwn(values, reference)) throw new Error(`There is no ${reference}.`);
    return values[reference];
  }

  function holds(condition: unknown): boolean {
    const named = typeof condition === 'string' ? condition : (condition as { Condition?: string }).Condition;
    return work(named === undefined ? condition : template.Conditions?.[named]) === true;
  }

  const functions: Readonly<Record<string, (argument: never) => unknown>> = {
    Ref: lookUp,
    'Fn::GetAtt': (argument: string | readonly string[]) => lookUp([argument].flat().join('.')),
    'Fn::Sub': (argument: string | readonly [string, Record<string, unknown>]) => {
      const [text, own] = typeof argument === 'string' ? [argument, {}] : argument;
      const names = work(own) as Values;
      return text.replace(/\$\{([^}]+)\}/g, (_, name: string) => String(names[name] ?? lookUp(name)));
    },
    'Fn::Join': ([separator, list]: readonly [string, unknown]) => (work(list) as unknown[]).join(separator),
    'Fn::Split': ([separator, text]: readonly [string, unknown]) => String(work(text)).split(separator),
    'Fn::Equals': ([left, right]: readonly [unknown, unknown]) => work(left) === work(right),
    'Fn::Not': ([condition]: readonly [unknown]) => !holds(condition),
    'Fn::And': (conditions: readonly unknown[]) => conditions.every(holds),
    'Fn::Or': (conditions: readonly unknown[]) => conditions.some(holds),
    'Fn::If': ([condition, yes, no]: readonly [string, unknown, unknown]) => work(holds(condition) ? yes : no),
  };

  function work(node: unknown): unknown {
    if (Array.isArray(node)) return node.map(work).filter((item) => item !== NO_VALUE);
    if (typeof node !== 'object' || node === null) return typeof node === 'string' ? node : String(node);
    const entries = Object.entries(node);
    const [[name, argument] = ['', undefined]] = entries;
    const call = functions[name];
    if (call !== undefined && entries.length === 1) return call(argument as never);
    if (name.startsWith('Fn::')) throw new Error(`${name} is not known here.`);
    return Object.fromEntries(
      entries.map(([key, value]) => [key, work(value)] as const).filter(([, value]) => value !== NO_VALUE),
    );
  }

  return Object.fromEntries(
    Object.entries(template.Resources)
      .filter(([, { Condition }]) => Condition === undefined || holds(Condition))
      .map(([logicalId, { Type, Properties, DeletionPolicy, UpdateReplacePolicy }]) => [
        nameOf(logicalId),
        { Type, Properties: work(Properties ?? {}) as Record<string, unknown>, DeletionPolicy, UpdateReplacePolicy },
      ]),
  );
}
