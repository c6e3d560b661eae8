import type { Messages } from '../lib/wording';

/** What is wrong with a value, as predicates that follow its name: `TIMEOUT: "1h" is not a whole number.` */
export const VALUE_MESSAGES = {
  invalid: 'is not valid',
  missing: 'is missing',
  null: 'is null',
  wrongKind: (kind, wanted) => `is ${kind}, not ${wanted}`,
  empty: 'is empty',
  unresolvedVariable: 'contains a variable that CodePipeline did not resolve (unknown or misspelt namespace)',
  invisibleCharacter: (character, position) =>
    `contains an invisible or control character, ${character}, at position ${position}`,
  forbiddenCharacter: (character) => `contains ${character}, which is not allowed`,
  tooManyCharacters: (length, excess) => `is ${length} characters long, ${excess} too many`,
  notWhole: 'is not a whole number',
  notPlainNumber: 'is not a plain number',
  below: (minimum) => `is below ${minimum}`,
  above: (maximum) => `is above ${maximum}`,
  notBoolean: 'is not true or false',
  notListed: 'is not one of the accepted values',
} as const satisfies Messages;

/** The names and the values of UserParameters. */
export const PARAMETER_MESSAGES = {
  misspelt: (nearest) => `is not a known parameter; did you mean ${nearest}?`,
  unknownName: 'is not a known parameter',
  unknownNames: 'are not known parameters',
  repeated: (count) => `is given ${count}`,
  clearToken: 'API_TOKEN is readable in the pipeline definition; use API_TOKEN_SECRET.',
  twoTokens: 'are both given',
  noToken: 'is missing, and the function has no default secret (environment variable SPOT_TOKEN_SECRET)',
  bearer: 'starts with "Bearer", which is not part of the token',
  secretArnAsToken: 'is the ARN of a secret, which belongs in API_TOKEN_SECRET',
  cloudFormationReference: 'is a CloudFormation reference that was not resolved',
  noJsonKey: 'ends in # without a JSON key',
  noSecretName: 'starts with # without the name of a secret',
  notSecretArn: 'is not the ARN of a secret',
  ecsStyleKey: 'is an ARN with more after a colon; a JSON key goes after a #',
  notSecretName: 'is not the name of a secret',
  awsAccount: 'is an AWS account ID, not a Spot account ID',
  elastigroupAsAccount: 'is an Elastigroup ID, which belongs in GROUP_ID',
  accountAsElastigroup: 'is a Spot account ID, which belongs in ACCOUNT_ID',
  notSpotAccount: 'is not a Spot account ID',
  notElastigroup: 'is not an Elastigroup ID',
  halfSource: (missing, given) => `${missing} missing, but ${given} given; both are required together`,
  severalSources: (count) => `${count} revision sources are given`,
  noSourceNoArtifact: 'no source is given, and the action has no input artifact',
  noSourceManyArtifacts: (count) => `no source is given, and the action has ${count} input artifacts`,
  unknownArtifact: (name) => `${name} is not an input artifact of this action`,
  bundleOfGitHub: 'is given, but the revision is in GitHub',
  unknownBundle: "is missing, and the extension of S3_KEY does not tell the bundle's type",
  s3Address: 'is an address',
  bucketLength: 'is not 3 to 63 characters long',
  longKey: 'is longer than 1024 bytes',
  url: 'is a URL',
  sshAddress: 'is an SSH address',
  addressOf: (kind, repository) => `${kind}; write ${repository}`,
  otherHost: 'is an address outside github.com',
  dotGit: 'ends in .git; omit that',
  notRepository: 'is not of the form owner/repo',
  shortCommit: (digits) => `is a short commit ID (${digits} digits)`,
  notCommit: 'is not a commit ID',
  notPipelineExecution: 'is not a pipeline execution ID',
  noTimeToCleanUp: (seconds) =>
    `leaves less than CLEANUP_TIMEOUT_SECONDS (${seconds}) of the 24 hours that an action may take`,
  noEvents: 'is an empty list',
  notRollback: 'is neither true nor false nor an event',
  likeToken:
    'looks like a token itself (32 or more hex or base64 characters); store it in Secrets Manager and give the name of that secret here, or its ARN if the name itself looks like a token',
  unknownEvent: (position) => `has no known event at position ${position}`,
} as const satisfies Messages;

/** What puts a quote, a line break or a backslash into a string; people rarely type them there. */
const BROKEN_BY_VARIABLE =
  "a variable's value broke the JSON: CodePipeline inserts it as it is; use variables whose values are IDs, such as a commit ID";

/** The text of UserParameters, which should be one JSON object. */
export const JSON_MESSAGES = {
  tooLong: (length) => `is ${length} characters long; CodePipeline allows 1000`,
  tooDeep: (levels) => `is nested more than ${levels} levels deep`,
  encodedTwice: 'is encoded as JSON twice: a JSON string that contains the JSON object',
  blank: 'contains nothing but white space',
  byteOrderMark: (mark) => `starts with a ${mark}, as some editors save it; remove it`,
  yaml: 'looks like YAML, not JSON',
  keyValue: 'looks like KEY=value, not JSON',
  broken: (line, column, what) => `is not valid JSON at line ${line}, column ${column}: ${what}`,
  typographicQuote: (quote) =>
    `the typographic quote ${quote}, as pasted from a web page or a word processor; use straight quotes: "`,
  comment: 'a comment, which JSON does not allow',
  singleQuote: 'a single quote; JSON uses double quotes: "',
  trailingComma: (brace) => `a comma before the closing ${brace}; remove it`,
  twoCommas: 'two commas in a row; remove one',
  foreignWord: (word) => `${word} is not a JSON value`,
  variable: 'a variable #{…} without quotes, which CodePipeline did not resolve; put it in double quotes',
  backslash: 'a backslash outside a string',
  escapedQuote: 'a quote with a backslash before it; the JSON seems to be encoded twice',
  badEscape: `the string that starts here has a backslash that starts no escape; write \\\\ for a backslash, or ${BROKEN_BY_VARIABLE}`,
  backslashAtEnd: `the string that starts here has a backslash before its closing quote; write \\\\ for a backslash, or ${BROKEN_BY_VARIABLE}`,
  badUnicode: 'the string that starts here has a \\u without four hexadecimal digits',
  brokenNumber: 'an incomplete number',
  afterEnd: (what) => `${what} after the end of the object`,
  unclosedString: 'the string that starts here is never closed by a "',
  quoteInString: `a string that continues after its closing quote; ${BROKEN_BY_VARIABLE}`,
  lineBreak: `a line break inside a string; ${BROKEN_BY_VARIABLE}`,
  controlCharacter: (character) => `the control character ${character} inside a string; ${BROKEN_BY_VARIABLE}`,
  unclosedObject: 'the text ends before its closing brace',
  perhapsCut: "(perhaps cut at CodePipeline's limit of 1000 characters)",
  colonExpected: (found) => `a colon is expected, not ${found}`,
  commaExpected: (found) => `a comma or the closing brace is expected, not ${found}`,
  unquotedWord: 'a word without double quotes',
  nameExpected: (found) => `a name in double quotes is expected, not ${found}`,
  valueExpected: (found) => `a value is expected, not ${found}`,
  misplaced: (what) => `${what} does not belong here`,
} as const satisfies Messages;

/** The event of CodePipeline, and the function's environment variables. */
export const EVENT_MESSAGES = {
  longJobId: 'is longer than 128 characters',
  jobIdCharacters: 'contains characters other than letters, digits and hyphens',
  notUrl: 'is not a URL',
  notHttp: 'is not an http(s) address',
  urlWithUser: 'contains a user or a password',
  urlWithQuery: 'contains a query or a fragment',
  unencrypted: 'would send the token unencrypted',
  leftAlone:
    'deployments that earlier invocations of this action started were left untouched: check the Spot and CodeDeploy consoles ' +
    "(tag GreenIdentifier = the ID of the action's first job); they end at Elastigroup's own timeout",
} as const satisfies Messages;

/** In the log alone. */
export const SETTING_WARNINGS = {
  unknownParameters: (names) =>
    `Ignored ${names} in UserParameters, which this version of the function does not know, because a deployment is under way.`,
  ignored: (name, what) => `Setting ${name} ${what}; its default applies, because a deployment is under way.`,
  cleanUpIgnored:
    'TIMEOUT and CLEANUP_TIMEOUT_SECONDS exceed 24 hours together; the default of CLEANUP_TIMEOUT_SECONDS applies, because a deployment is under way.',
} as const satisfies Messages;
