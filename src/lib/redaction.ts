const MASK = '***';

/** Members of AWS's credentials, and of ours, by name. */
const CREDENTIALS = 'secretAccessKey|sessionToken|accessKeyId';

/**
 * Shapes that are secret wherever they stand, known to us or not: an Authorization value, a Bearer token,
 * AWS access key ids, and JSON members that are named like credentials. `API_TOKEN: is empty` is a sentence of ours,
 * so that an unquoted value counts as the token only after `=`, or when the name is quoted.
 */
const SECRET_SHAPES: readonly (readonly [RegExp, string])[] = [
  [/\b(bearer\s+)[A-Za-z0-9._~+/=-]+/gi, `$1${MASK}`],
  // A quoted value, up to the quote that closes it (also where the JSON stands in a string), or to the end of the text.
  [
    new RegExp(
      `((?:authorization|${CREDENTIALS}|API_TOKEN)(?:\\\\*["'])?\\s*[:=]\\s*(\\\\*)(["']))(?:(?!(?<!\\\\)\\2\\3)[\\s\\S])*`,
      'gi',
    ),
    `$1${MASK}`,
  ],
  // An Authorization header: a scheme, and what follows it.
  [
    /(authorization\\*["']?\s*[:=]\s*)(?!\\*["'])(?:[A-Za-z0-9-]+\s+)?[^\s"',;}\\]+?(?=\]\.?(?:\s|$)|[\s"',;}\\]|$)/gi,
    `$1${MASK}`,
  ],
  [
    new RegExp(
      `((?:${CREDENTIALS})\\\\*["']?\\s*[:=]\\s*|API_TOKEN(?:\\\\*["']\\s*[:=]|\\s*=)\\s*)(?!\\\\*["'])[^\\s"',;}\\\\]+`,
      'gi',
    ),
    `$1${MASK}`,
  ],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, MASK],
];

/** A shorter string is too common to be replaced everywhere. */
const SHORTEST_SECRET = 4;

/**
 * Removes secrets from everything that leaves the function: log lines, results, thrown errors.
 * Redact first, cut to length afterwards: half a secret is still one.
 */
export class Redactor {
  private readonly secrets = new Set<string>();

  /** Remembers a secret, and the forms that it takes inside JSON, URLs and Base64. */
  add(secret: string): void {
    if (secret.length < SHORTEST_SECRET) return;
    const forms = [
      secret,
      inJson(secret),
      // JSON in JSON: an error whose message is the request that it is about.
      inJson(inJson(secret)),
      uriForm(secret),
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
      // The longest first: one secret may be the beginning of another.
      for (const secret of [...this.secrets].sort((a, b) => b.length - a.length)) {
        clean = clean.split(secret).join(MASK);
      }
      for (const [shape, replacement] of SECRET_SHAPES) clean = clean.replace(shape, replacement);
    } while (clean !== before);
    return clean;
  }
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** A lone surrogate has no URL form; the text itself is then remembered alone. */
function uriForm(secret: string): string {
  return secret.isWellFormed() ? encodeURIComponent(secret) : secret;
}
