export interface Template {
  readonly Parameters: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: unknown }>>;
}

export function readTemplate(text: string): Template;

export function evaluate(template: Template, part: unknown, values: Readonly<Record<string, string>>): unknown;
