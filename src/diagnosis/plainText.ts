import { stripVTControlCharacters } from 'node:util';

/**
 * What a service or a script wrote, made fit for the message: without colours and control characters, well formed, and without
 * secrets. To be called with the whole text, before anything is cut: half a secret is still one.
 */
export function plainText(text: string, redact: (text: string) => string): string {
  const printable = stripVTControlCharacters(text)
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .toWellFormed();
  return redact(printable);
}
