const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML that is already safe to put into XML. */
export class Xml {
  constructor(readonly text: string) {}
}

/** A tagged template for XML: plain values are escaped, Xml and lists of it are taken as they are. */
export function xml(strings: TemplateStringsArray, ...values: (string | number | Xml | readonly Xml[])[]): Xml {
  return new Xml(strings.map((text, index) => (index === 0 ? '' : written(values[index - 1] ?? '')) + text).join(''));
}

function written(value: string | number | Xml | readonly Xml[]): string {
  if (value instanceof Xml) return value.text;
  if (typeof value === 'string' || typeof value === 'number') return escaped(String(value));
  return value.map((item) => item.text).join('');
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? character);
}
