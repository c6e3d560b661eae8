import { MASK } from './namedSecrets';
import { maskShapes } from './secretShapes';

/** A shorter string is too common to be replaced everywhere. */
const SHORTEST_SECRET = 4;
/** So many characters of either end of a secret are masked too: services and scripts quote secrets cut off. */
const SHORTEST_PIECE = 12;

/**
 * Removes secrets from everything that leaves the function: log lines, results, thrown errors.
 * Redact first, cut to length afterwards: less than 12 characters of a secret are not recognized.
 */
export class Redactor {
  private readonly secrets = new Set<string>();

  /** Remembers a secret, and the forms that it takes inside JSON, URLs and Base64. */
  add(secret: string): void {
    if (secret.length < SHORTEST_SECRET) return;
    const forms = [
      secret,
      inJson(secret),
      // As PHP and others write JSON.
      inJson(secret).replaceAll('/', '\\/'),
      // JSON in JSON: an error whose message is the request that it is about.
      inJson(inJson(secret)),
      ...uriForms(secret),
      Buffer.from(secret).toString('base64'),
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
      Buffer.from(secret).toString('base64url'),
    ];
    for (const form of forms) this.secrets.add(form);
  }

  redact(text: string): string {
    let clean = text;
    let before: string;
    // Again until nothing changes: what is left around a mask may, with it, be a secret once more.
    do {
      before = clean;
      clean = maskShapes(maskSecrets(clean, [...this.secrets]));
    } while (clean !== before);
    return clean;
  }
}

/** From `start` up to `end`, which is not in it. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** All are found in the text as it is, and then masked: what one secret's mask covered could not be recognized as another's. */
function maskSecrets(text: string, secrets: readonly string[]): string {
  const ranges = secrets.flatMap((secret) => rangesOf(text, secret)).sort((a, b) => a.start - b.start);
  let masked = '';
  let from = 0;
  for (const { start, end } of ranges) {
    if (start >= from) masked += text.slice(from, start) + MASK;
    from = Math.max(from, end);
  }
  return masked + text.slice(from);
}

/** Where the secret is, and what begins or ends as it does. */
function rangesOf(text: string, secret: string): readonly Range[] {
  if (secret.length <= SHORTEST_PIECE)
    return indexesOf(text, secret).map((start) => ({ start, end: start + secret.length }));
  const heads = indexesOf(text, secret.slice(0, SHORTEST_PIECE)).map((start) => {
    let length = SHORTEST_PIECE;
    while (length < secret.length && text[start + length] === secret[length]) length += 1;
    return { start, end: start + length };
  });
  const tails = indexesOf(text, secret.slice(-SHORTEST_PIECE)).map((index) => {
    const end = index + SHORTEST_PIECE;
    let length = SHORTEST_PIECE;
    while (length < secret.length && text[end - length - 1] === secret[secret.length - length - 1]) length += 1;
    return { start: end - length, end };
  });
  return [...heads, ...tails];
}

function indexesOf(text: string, piece: string): readonly number[] {
  const indexes: number[] = [];
  for (let index = text.indexOf(piece); index >= 0; index = text.indexOf(piece, index + 1)) indexes.push(index);
  return indexes;
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/**
 * As in a query, of small or capital letters, also where it was encoded twice; and as a form and Python's `quote` write it. A lone
 * surrogate has no such form.
 */
function uriForms(secret: string): readonly string[] {
  if (!secret.isWellFormed()) return [];
  const plain = encodeURIComponent(secret);
  const strict = plain.replace(/[!'()*~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  const written = [
    plain,
    strict,
    new URLSearchParams({ '': secret }).toString().slice(1),
    strict.replaceAll('%7E', '~').replaceAll('%2F', '/'),
  ];
  const inEitherCase = written.flatMap((form) => [form, withSmallEscapes(form)]);
  return [...inEitherCase, encodeURIComponent(plain), encodeURIComponent(withSmallEscapes(plain))];
}

function withSmallEscapes(form: string): string {
  return form.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
}
