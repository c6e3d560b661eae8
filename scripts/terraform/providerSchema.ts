import ts from 'typescript';

/** Of an attribute or a nested block. */
export interface Entry {
  readonly isRequired: boolean;
  readonly isList: boolean;
  /** 'block', or what the values are. */
  readonly kind: 'block' | 'boolean' | 'number' | 'string' | 'map' | 'other';
  /** What is in a block. */
  readonly entries: () => Entries;
}

/** By the names that Terraform has for them. */
export type Entries = Readonly<Record<string, Entry>>;

export interface ResourceSchema {
  readonly entries: Entries;
  /** What others may refer to. */
  readonly attributes: readonly string[];
}

/** The schema of a resource or data source, out of the types that the CDK for Terraform generated from the provider's own. */
export function schemaIn(types: string): ResourceSchema {
  const file = ts.createSourceFile('index.d.ts', types, ts.ScriptTarget.Latest, true);
  const interfaces = new Map(file.statements.filter(ts.isInterfaceDeclaration).map((one) => [one.name.text, one]));
  const config = [...interfaces.values()].find((one) => baseOf(one) === 'TerraformMetaArguments');
  const resource = file.statements
    .filter(ts.isClassDeclaration)
    .find((one) => ['TerraformResource', 'TerraformDataSource'].includes(baseOf(one) ?? ''));
  if (config === undefined || resource === undefined) throw new Error('These are not the types of a resource.');
  return {
    entries: entriesOf(config, interfaces),
    attributes: resource.members.filter(ts.isGetAccessor).map(({ name }) => snakeCase(name.getText())),
  };
}

function baseOf({ heritageClauses }: ts.InterfaceDeclaration | ts.ClassDeclaration): string | undefined {
  return heritageClauses?.[0]?.types[0]?.expression.getText().replace(/^cdktf\./, '');
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function entriesOf(
  declaration: ts.InterfaceDeclaration,
  interfaces: ReadonlyMap<string, ts.InterfaceDeclaration>,
): Entries {
  return Object.fromEntries(
    declaration.members.filter(ts.isPropertySignature).map((property) => {
      const comment = property.getFullText().slice(0, property.getLeadingTriviaWidth());
      // {@link https://…/sqs_queue#kms_master_key_id SqsQueue#kms_master_key_id}
      const [, name] = /\{@link \S+ \w+#(\w+)\}/.exec(comment) ?? [];
      if (name === undefined) throw new Error(`${property.getText()} does not say what Terraform calls it.`);
      return [name, entryOf(property, comment.includes(`* ${name} block`), interfaces)];
    }),
  );
}

function entryOf(
  { type, questionToken }: ts.PropertySignature,
  isBlock: boolean,
  interfaces: ReadonlyMap<string, ts.InterfaceDeclaration>,
): Entry {
  const text = (type?.getText() ?? '').replace(' | cdktf.IResolvable', '');
  const element = text.replace(/\[\]$/, '');
  return {
    isRequired: questionToken === undefined,
    isList: element !== text,
    kind: isBlock ? 'block' : kindOf(element),
    entries: () => {
      const inner = interfaces.get(element);
      if (inner === undefined) throw new Error(`There is no type ${element}.`);
      return entriesOf(inner, interfaces);
    },
  };
}

function kindOf(element: string): Entry['kind'] {
  if (element === 'boolean' || element === 'number' || element === 'string') return element;
  return element.startsWith('{') ? 'map' : 'other';
}
