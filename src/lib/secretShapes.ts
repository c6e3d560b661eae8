import { MASK, maskNamed } from './namedSecrets';

/**
 * What is a secret by its shape or by its name, known to us or not: what scripts print and services quote.
 *
 * A table of our own, since no library fits: secretlint's recommended rules (13.1) work asynchronously, which a log's
 * serializer cannot wait for, add 78 kB and 13 to 30 ms to a cold start, and leave `NAME=value`, session tokens, JWTs and
 * Bearer values alone. They are the tests' second opinion instead (test/unit/lib/redaction.test.ts).
 *
 * Every pattern takes time in proportion to the text: what may repeat without limit follows something fixed, or is not
 * preceded by a character of its own kind.
 */

/** Takes out every secret that is known by its shape or its name. */
export function maskShapes(text: string): string {
  return maskNamed(SHAPES.reduce((masked, [shape, replacement]) => masked.replace(shape, replacement), maskKeys(text)));
}

/** How the tokens of well-known services begin (GitHub, GitLab, npm, Stripe, OpenAI, Google, Vault and others): secretlint's list. */
const TOKEN_PREFIXES = [
  'gh[opsur]_',
  'github_pat_',
  'glpat-',
  'gl(?:c|sa)_',
  'npm_',
  '[rs]k_(?:live|test)_',
  '(?:sk|tskey)-',
  'gsk_',
  'AIza',
  String.raw`SG\.`,
  String.raw`hv[brs]\.`,
  'hf_',
  'lin_api_',
  'ntn_',
  'ops_ey',
  'dapi',
  'dckr_pat_',
  'figd_',
  'shp(?:at|ca|pa|ss)_',
  'vc[aikpr]_',
  'cf(?:k|at|ut)_',
].join('|');

/** Whole secrets with a shape of their own. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  // scheme://user:password@host, and a long user alone, which is a token
  [/(:\/\/[^\s/:@"'<>]{0,200}:)[^\s/"'<>]+@/g, `$1${MASK}@`],
  [/(:\/\/)[^\s/:@"'<>]{16,}@/g, `$1${MASK}@`],
  [/\b(bearer\s+)[A-Za-z0-9._~+/=-]+/gi, `$1${MASK}`],
  // The ids of AWS's access keys, and the beginnings of its session tokens
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, MASK],
  [/(?<![A-Za-z0-9+/])(?:IQoJb3JpZ2lu|F[wQ]oGZXIvYXdz)[A-Za-z0-9+/=%]{20,}/g, MASK],
  // JSON Web Tokens, signed or encrypted
  [/(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){1,4}/g, MASK],
  [new RegExp(String.raw`(?<![A-Za-z0-9])(?:${TOKEN_PREFIXES})[\w+/=-]{16,}(?:\.[\w-]{16,})*`, 'g'), MASK],
  [/(?<![A-Za-z0-9])(?:xox[a-z]|xapp)-[A-Za-z0-9-]{10,}/g, MASK],
  [/(hooks\.slack\.com\/services\/)[\w/-]+/gi, `$1${MASK}`],
];

const ARMOUR = 'PRIVATE KEY(?: BLOCK)?-----';
const KEY_BEGIN = `-----BEGIN [A-Z0-9 ]{0,40}${ARMOUR}`;
const KEY_END = new RegExp(`-----END [A-Z0-9 ]{0,40}${ARMOUR}`);
const WHOLE_KEY = new RegExp(`(${KEY_BEGIN})(?:(?!-----(?:BEGIN|END) )[^])*(?=-----END )`, 'g');
/** Also as CodeDeploy's agent logs a line, and with its break in JSON's notation. */
const BEGUN_KEY = new RegExp(
  String.raw`(${KEY_BEGIN})(?:(?:\r?\n|(?:\\+r)?\\+n)(?:\[std(?:out|err)\])?[\w+/=]{16,})+`,
  'g',
);
const KEY_LINE = /^(?:\[std(?:out|err)\])?[\w+/=]*$/;
const LINE_BREAK = /(\r?\n|(?<!\\)\\+n)/;

/** Private keys in PEM's armour; of one that was cut off, the lines that are there. */
function maskKeys(text: string): string {
  if (!text.includes('PRIVATE KEY')) return text;
  const masked = text.replace(WHOLE_KEY, `$1${MASK}`).replace(BEGUN_KEY, `$1${MASK}`);
  const end = masked.search(KEY_END);
  return end < 0 ? masked : maskKeyLinesBefore(masked.slice(0, end)) + masked.slice(end);
}

/** The lines at the end of a text that are those of a key without its beginning. */
function maskKeyLinesBefore(text: string): string {
  const pieces = text.split(LINE_BREAK);
  let kept = pieces.length;
  while (kept > 0 && KEY_LINE.test(pieces[kept - 1] ?? '')) kept -= 2;
  return kept >= pieces.length - 2 ? text : pieces.slice(0, kept + 1).join('') + MASK;
}
