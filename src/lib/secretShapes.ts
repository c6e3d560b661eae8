import { MASK, maskNamed } from './namedSecrets';
import { maskKeys } from './privateKeys';
import { maskUrlPasswords } from './urlPasswords';
import { maskWrapped } from './wrappedTokens';

/**
 * What is a secret by its shape or by its name, known to us or not: what scripts print and services quote.
 *
 * A table of our own, since no library fits: secretlint's recommended rules (13.1) work asynchronously, which a log's
 * serializer cannot wait for, add 78 kB and 13 to 30 ms to a cold start, and leave `NAME=value`, session tokens, JWTs and
 * Bearer values alone. They are the tests' second opinion instead (test/unit/lib/secretShapes.test.ts). The rules of gitleaks
 * and detect-secrets know no more of what scripts print: they find providers' tokens, and of named values those of high entropy.
 *
 * Every pattern takes time in proportion to the text: what may repeat without limit follows something fixed, or is not
 * preceded by a character of its own kind.
 */

/** Takes out every secret that is known by its shape or its name. */
export function maskShapes(text: string): string {
  const whole = maskUrlPasswords(maskWrapped(maskKeys(text)));
  return maskNamed(SHAPES.reduce((masked, [shape, replacement]) => masked.replace(shape, replacement), whole));
}

/** How the tokens of well-known services begin (GitHub, GitLab, npm, Stripe, OpenAI, Google, Vault and others): secretlint's list. */
const TOKEN_PREFIXES = [
  'gh[opsur]_',
  'github_pat_',
  'gl(?:pat|rt|dt|cbt|ptt|ft|soat)-',
  'gl(?:c|sa)_',
  'npm_',
  'pypi-',
  'rubygems_',
  'do[opr]_v1_',
  'GOCSPX-',
  String.raw`ya29\.`,
  'NRAK-',
  'PMAK-',
  'AGE-SECRET-KEY-',
  'ABSK',
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
  [
    /\b(bearer\s+)(?!(?:auth\w*|error|format|header|is|missing|not|or|realm|required|scheme|tokens?|was)\b)[A-Za-z0-9._~+/=-]+/gi,
    `$1${MASK}`,
  ],
  // AWS's secret keys and session tokens, in the tables and texts of its CLI
  [/((?:secret_?access_?key|session_?token)["']?[ \t|]{1,80})[A-Za-z0-9+/=]{30,}/gi, `$1${MASK}`],
  [/(\b(?:AKIA|ASIA)[A-Z0-9]{16}\b[^\n]{0,80}?[\s|,;:])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])/g, `$1${MASK}`],
  // The ids of AWS's access keys, and the beginnings of its session tokens
  [/\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/g, MASK],
  [/(?<![A-Za-z0-9+/])(?:IQoJb3JpZ2lu|F[wQ]oGZXIvYXdz)[A-Za-z0-9+/=%]{20,}/g, MASK],
  // JSON Web Tokens, signed or encrypted
  [/(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){1,4}/g, MASK],
  // Words alone are a name: npm_lifecycle_event_preinstall, sk-manager-configuration
  [
    new RegExp(
      String.raw`(?<![A-Za-z0-9])(?:${TOKEN_PREFIXES})(?=[\w+/=-]{0,39}[A-Z0-9])[\w+/=-]{16,}(?:\.[\w-]{16,})*`,
      'g',
    ),
    MASK,
  ],
  [/\b[A-Za-z0-9]{14}\.atlasv1\.[\w-]{40,}/g, MASK],
  // The passwords of Docker's config.json, and of SQL
  [/("auth\\*"\s{0,4}:\s{0,4}\\*")[A-Za-z0-9+/=]{12,}/g, `$1${MASK}`],
  [/(\b(?:alter|create|grant)\b[^\n;]{0,200}?\b(?:password|identified by)[ \t]{1,8}\\?["'])[^'"\n]+/gi, `$1${MASK}`],
  [/(?<![A-Za-z0-9])(?:xox[a-z]|xapp)-[A-Za-z0-9-]{10,}/g, MASK],
  // What commands take: curl -u user:password, docker login -p password, mysql -ppassword
  [
    /(\bcurl\b[^\n]{0,200}?[ \t](?:-[A-Za-z]{0,8}u|--user)[ \t=]{0,4}["']?[^\s:"'-][^\s:"']{0,100}:)[^\s"']+/g,
    `$1${MASK}`,
  ],
  [
    /(\b(?:sshpass|(?:docker|podman|nerdctl|buildah|registry|acr|az) login)\b[^\n;|&]{0,200}?[ \t]-p[ \t=]?["']?)[^\s"']+/g,
    `$1${MASK}`,
  ],
  [
    /(\b(?:redis-cli\b[^\n;|&]{0,200}?[ \t]-a|mongo\w{0,8}\b[^\n;|&]{0,200}?[ \t]-p|sqlcmd\b[^\n;|&]{0,200}?[ \t]-P|ldap\w{0,8}\b[^\n;|&]{0,200}?[ \t]-w)[ \t]{1,4}["']?)[^\s"']+/g,
    `$1${MASK}`,
  ],
  [/([ \t]-pass(?:in|out)?[ \t]{1,4}["']?pass:)[^\s"']+/g, `$1${MASK}`],
  [/(\bmysql(?:dump|admin|import)?\b[^\n]{0,200}?[ \t]-p["']?)[^\s"']+/g, `$1${MASK}`],
  // Signatures of requests, and of Azure's shared access
  [/(\bsignature(?:=|%3d)\\*["']?)[\w+/%=-]{16,}/gi, `$1${MASK}`],
  [/([?&]sig=)[^\s&"'<>]+/g, `$1${MASK}`],
  [/(hooks\.slack\.com\/services\/)[\w/-]+/gi, `$1${MASK}`],
];
