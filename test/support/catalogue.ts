import type { Message } from '../../src/lib/wording';
import { MESSAGES } from '../../src/report/messages';

/** A message as docs/troubleshooting.md shows it: with … for each of its parts. */
function templateOf(message: Message): string {
  return typeof message === 'string' ? message : message(...Array<string>(message.length).fill('…'));
}

export const catalogue: readonly (readonly [name: string, template: string])[] = Object.entries(MESSAGES).flatMap(
  ([group, messages]) =>
    Object.entries<Message>(messages).map(([name, message]) => [`${group}: ${name}`, templateOf(message)] as const),
);

/** Those that say something: `… …: …` alone, a service's own words, would match any text. */
const patterns = catalogue
  .map(([, template]) => template)
  .filter((template) => /[a-z]{3}/i.test(template))
  .map((template) => {
    const parts = template.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(parts.join('[^]*'));
  });
const SERVICE_WORDS = /^(?:Spot|CodeDeploy|EC2|S3|Secrets Manager) [\w /]+: /;

/** Whether a text says what some message of the catalogue says. */
export function isInCatalogue(text: string): boolean {
  return SERVICE_WORDS.test(text) || patterns.some((pattern) => pattern.test(text));
}
