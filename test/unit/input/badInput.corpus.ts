/**
 * Bad events, and events with bad UserParameters, each with what the message must say. Every row ends as one
 * ConfigurationError, before any call to Spot or CodeDeploy, and without a secret in its message.
 */

/** One bad input. Without `event`, the event is a good one with the given parts replaced; see `eventOf`. */
export interface BadInput {
  readonly name: string;
  /** The whole event. */
  readonly event?: unknown;
  /** The text of UserParameters, or an object that becomes JSON. */
  readonly userParameters?: string | Readonly<Record<string, unknown>>;
  readonly inputArtifacts?: readonly unknown[];
  readonly continuationToken?: string;
  /** Parts of the message, or the whole of it. */
  readonly expect: readonly string[];
}

export const FAKE_TOKEN = `FAKE0TOKEN${'0a1b2c3d'.repeat(6)}99`;
export const FAKE_SECRET_KEY = 'FAKE/secret+key/0123456789abcdef01234567';
export const FAKE_SESSION_TOKEN = `FAKE-session-${'A1b2C3d4'.repeat(8)}`;
/** No message may hold any of these. */
export const FAKE_SECRETS = [FAKE_TOKEN, FAKE_TOKEN.slice(0, 20), FAKE_SECRET_KEY, FAKE_SESSION_TOKEN];

const COMMIT = '0123456789abcdef0123456789abcdef01234567';

/** Good parameters, whose revision is the only input artifact. */
export const GOOD_PARAMETERS = {
  API_TOKEN: FAKE_TOKEN,
  ACCOUNT_ID: 'act-1a2b3c4d',
  GROUP_ID: 'sig-1a2b3c4d',
  APP_NAME: 'shop',
  DEPLOYMENT_GROUP: 'shop-production',
} as const;

const ARTIFACT = {
  name: 'BuildOutput',
  revision: null,
  location: { type: 'S3', s3Location: { bucketName: 'pipeline-artifacts', objectKey: 'shop/BuildOutp/AbC123x' } },
};

/** The event that a row stands for. */
export function eventOf(row: Partial<BadInput>): unknown {
  if ('event' in row) return row.event;
  const { userParameters = GOOD_PARAMETERS, inputArtifacts = [ARTIFACT], continuationToken } = row;
  const text = typeof userParameters === 'string' ? userParameters : JSON.stringify(userParameters);
  return jobEvent({
    actionConfiguration: { configuration: { FunctionName: 'blue-green-stage', UserParameters: text } },
    inputArtifacts,
    ...(continuationToken === undefined ? {} : { continuationToken }),
  });
}

function jobEvent(data: Readonly<Record<string, unknown>>, job: Readonly<Record<string, unknown>> = {}): unknown {
  const artifactCredentials = {
    accessKeyId: 'FAKEACCESSKEYID00000',
    secretAccessKey: FAKE_SECRET_KEY,
    sessionToken: FAKE_SESSION_TOKEN,
  };
  return {
    'CodePipeline.job': {
      id: '11111111-abcd-1111-abcd-111111abcdef',
      accountId: '111111111111',
      data: {
        actionConfiguration: { configuration: { UserParameters: JSON.stringify(GOOD_PARAMETERS) } },
        inputArtifacts: [ARTIFACT],
        outputArtifacts: [],
        artifactCredentials,
        ...data,
      },
      ...job,
    },
  };
}

const artifactNamed = (name: string) => ({ ...ARTIFACT, name });

/** Rows for one parameter: its raw value and what is said of it. */
function values(
  parameter: string,
  rows: readonly (readonly [name: string, raw: unknown, expect: string])[],
): BadInput[] {
  return rows.map(([name, raw, expected]) => ({
    name: `${parameter}: ${name}`,
    userParameters: { ...GOOD_PARAMETERS, [parameter]: raw },
    expect: [`${parameter}: ${expected}`],
  }));
}

/** Rows of parameters beside, or instead of, the good ones. */
function beside(
  rows: readonly (readonly [name: string, more: Record<string, unknown>, ...expect: string[]])[],
): BadInput[] {
  return rows.map(([name, more, ...expected]) => ({
    name,
    userParameters: { ...GOOD_PARAMETERS, ...more },
    expect: expected,
  }));
}

/** Rows of text that is no JSON; each holds the fake token, as a leak would come from there. */
function texts(rows: readonly (readonly [name: string, text: string, ...expect: string[]])[]): BadInput[] {
  return rows.map(([name, userParameters, ...expected]) => ({ name, userParameters, expect: expected }));
}

const WITH_TOKEN = `"API_TOKEN": "${FAKE_TOKEN}"`;
const GOOD_TEXT = JSON.stringify(GOOD_PARAMETERS);
const PASTED = 'as pasted from a web page or a word processor; use straight quotes';
const USER_PARAMETERS = 'CodePipeline.job.data.actionConfiguration.configuration.UserParameters';
const THE_EVENT = "Expected: the event of CodePipeline's Lambda invoke action.";

const brokenEvents: BadInput[] = [
  { name: 'event: undefined', event: undefined, expect: ['event: is missing.', THE_EVENT] },
  { name: 'event: null', event: null, expect: ['event: is null.', THE_EVENT] },
  { name: 'event: text', event: FAKE_TOKEN, expect: ['event: is text, not an object.'] },
  { name: 'event: a number', event: 5, expect: ['event: is a number, not an object.'] },
  { name: 'event: a list', event: [], expect: ['event: is a list, not an object.'] },
  { name: 'event: empty', event: {}, expect: ['CodePipeline.job: is missing.', THE_EVENT] },
  {
    name: 'event: of another service',
    event: { Records: [{ body: FAKE_TOKEN }] },
    expect: ['CodePipeline.job: is missing.'],
  },
  { name: 'job: null', event: { 'CodePipeline.job': null }, expect: ['CodePipeline.job: is null.'] },
  { name: 'job: text', event: { 'CodePipeline.job': 'job' }, expect: ['CodePipeline.job: is text, not an object.'] },
  { name: 'job: a list', event: { 'CodePipeline.job': [1] }, expect: ['CodePipeline.job: is a list, not an object.'] },
  {
    name: 'job: without anything',
    event: { 'CodePipeline.job': {} },
    expect: [
      '3 problems',
      'CodePipeline.job.id: is missing.',
      'CodePipeline.job.accountId: is missing.',
      'CodePipeline.job.data: is missing.',
    ],
  },
  {
    name: 'job: in a nested object, not at the literal key',
    event: { CodePipeline: { job: { id: 'a' } } },
    expect: ['CodePipeline.job: is missing.'],
  },
  {
    name: 'job: under a prototype key',
    event: JSON.parse('{"__proto__": {"CodePipeline.job": {"id": "a"}}}'),
    expect: ['CodePipeline.job: is missing.'],
  },
  { name: 'job id: empty', event: jobEvent({}, { id: '' }), expect: ['CodePipeline.job.id: is empty.'] },
  { name: 'job id: a number', event: jobEvent({}, { id: 7 }), expect: ['CodePipeline.job.id: is a number, not text.'] },
  {
    name: 'job id: too long for a tag',
    event: jobEvent({}, { id: 'a'.repeat(129) }),
    expect: ['CodePipeline.job.id: is longer than 128 characters.'],
  },
  {
    name: 'job id: unfit for a tag',
    event: jobEvent({}, { id: 'a b' }),
    expect: ['CodePipeline.job.id: contains characters other than letters, digits and hyphens.'],
  },
  { name: 'account: null', event: jobEvent({}, { accountId: null }), expect: ['CodePipeline.job.accountId: is null.'] },
  {
    name: 'data: text',
    event: jobEvent({}, { data: FAKE_TOKEN }),
    expect: ['CodePipeline.job.data: is text, not an object.'],
  },
  {
    name: 'action configuration: missing',
    event: jobEvent({ actionConfiguration: undefined }),
    expect: ['CodePipeline.job.data.actionConfiguration: is missing.', 'fill in the action\'s "User parameters" field'],
  },
  {
    name: 'action configuration: empty',
    event: jobEvent({ actionConfiguration: {} }),
    expect: ['CodePipeline.job.data.actionConfiguration.configuration: is missing.', '"User parameters" field'],
  },
  {
    name: 'UserParameters: missing',
    event: jobEvent({ actionConfiguration: { configuration: { FunctionName: 'f' } } }),
    expect: [
      `${USER_PARAMETERS}: is missing. Expected: a JSON object of parameters: fill in the action's "User parameters" field.`,
    ],
  },
  {
    name: 'UserParameters: null',
    event: jobEvent({ actionConfiguration: { configuration: { UserParameters: null } } }),
    expect: [`${USER_PARAMETERS}: is null.`],
  },
  {
    name: 'UserParameters: an object instead of text',
    event: jobEvent({ actionConfiguration: { configuration: { UserParameters: GOOD_PARAMETERS } } }),
    expect: [`${USER_PARAMETERS}: is an object, not text.`],
  },
  { name: 'UserParameters: empty text', userParameters: '', expect: [`${USER_PARAMETERS}: is empty.`] },
  {
    name: 'artifacts: an object',
    event: jobEvent({ inputArtifacts: {} }),
    expect: ['CodePipeline.job.data.inputArtifacts: is an object, not a list.'],
  },
  { name: 'artifact: null', inputArtifacts: [null], expect: ['CodePipeline.job.data.inputArtifacts[0]: is null.'] },
  {
    name: 'artifact: without a name',
    inputArtifacts: [{ ...ARTIFACT, name: undefined }],
    expect: ['inputArtifacts[0].name: is missing.'],
  },
  {
    name: 'artifact: without a location',
    inputArtifacts: [{ name: 'A' }],
    expect: ['inputArtifacts[0].location: is missing.'],
  },
  {
    name: 'artifact: elsewhere than in S3',
    inputArtifacts: [{ name: 'A', location: { type: 'X' } }],
    expect: ['inputArtifacts[0].location.s3Location: is missing.'],
  },
  {
    name: 'artifact: the second without bucket and key',
    inputArtifacts: [ARTIFACT, { name: 'A', location: { s3Location: { bucketName: '', objectKey: null } } }],
    expect: [
      'inputArtifacts[1].location.s3Location.bucketName: is empty.',
      'inputArtifacts[1].location.s3Location.objectKey: is null.',
    ],
  },
  {
    name: 'continuation token: a number',
    event: jobEvent({ continuationToken: 5 }),
    expect: ['CodePipeline.job.data.continuationToken: is a number, not text.'],
  },
  {
    name: 'continuation token: empty',
    event: jobEvent({ continuationToken: '' }),
    expect: ['CodePipeline.job.data.continuationToken: is empty.'],
  },
];

const noJson = texts([
  ['only white space', ' \n\t ', 'UserParameters: contains nothing but white space.'],
  [
    'a byte order mark',
    `\ufeff${GOOD_TEXT}`,
    'starts with a U+FEFF (byte order mark), as some editors save it; remove it.',
  ],
  ['a list', `[${GOOD_TEXT}]`, 'UserParameters: is a list, not an object.'],
  ['an empty list', '[]', 'UserParameters: is a list, not an object.'],
  ['a number', '1800', 'UserParameters: is a number, not an object.'],
  ['true', 'true', 'UserParameters: is a boolean, not an object.'],
  ['null', 'null', 'UserParameters: is null.'],
  ['a string', `"${FAKE_TOKEN}"`, 'UserParameters: is text, not an object.'],
  ['JSON encoded twice', JSON.stringify(GOOD_TEXT), 'UserParameters: is encoded as JSON twice: a JSON string'],
  ['JSON encoded three times', JSON.stringify(JSON.stringify(GOOD_TEXT)), 'UserParameters: is text, not an object.'],
  [
    'JSON encoded twice without its outer quotes',
    GOOD_TEXT.replaceAll('"', '\\"'),
    'line 1, column 2: a quote with a backslash before it; the JSON seems to be encoded twice.',
  ],
  ['YAML', `API_TOKEN: ${FAKE_TOKEN}\nTIMEOUT: 60`, 'UserParameters: looks like YAML, not JSON.'],
  ['YAML with a document start', `---\nAPI_TOKEN: ${FAKE_TOKEN}`, 'UserParameters: looks like YAML, not JSON.'],
  ['KEY=value', `API_TOKEN=${FAKE_TOKEN}`, 'UserParameters: looks like KEY=value, not JSON.'],
  ['a bare token', FAKE_TOKEN, 'not valid JSON at line 1, column 1: a word without double quotes.'],
  [
    'a command line',
    `--api-token ${FAKE_TOKEN}`,
    'not valid JSON at line 1, column 1: the character - does not belong here.',
  ],
  ['XML', `<API_TOKEN>${FAKE_TOKEN}</API_TOKEN>`, 'line 1, column 1: the character < does not belong here.'],
  [
    '“ ” around a name',
    `{“API_TOKEN”: "${FAKE_TOKEN}"}`,
    `line 1, column 2: the typographic quote “ (U+201C, left double quotation mark), ${PASTED}: ".`,
  ],
  [
    '“ ” around a value',
    `{"API_TOKEN": “${FAKE_TOKEN}”}`,
    `line 1, column 15: the typographic quote “ (U+201C`,
    PASTED,
  ],
  [
    '” at a name’s end',
    `{"TIMEOUT”: 60, ${WITH_TOKEN}}`,
    'line 1, column 10: the typographic quote ” (U+201D, right double quotation mark)',
  ],
  ['” at a value’s end', `{"API_TOKEN": "${FAKE_TOKEN}”, "TIMEOUT": 60}`, 'the typographic quote ” (U+201D'],
  ['” at the last value’s end', `{"API_TOKEN": "${FAKE_TOKEN}”}`, 'the typographic quote ” (U+201D'],
  ['” after a number', `{${WITH_TOKEN}, "TIMEOUT": 60”}`, 'the typographic quote ” (U+201D'],
  [
    '„ “ around a value',
    `{"API_TOKEN": „${FAKE_TOKEN}“}`,
    'line 1, column 15: the typographic quote „ (U+201E, low double quotation mark)',
  ],
  [
    '‘ ’ around a value',
    `{"API_TOKEN": ‘${FAKE_TOKEN}’}`,
    'line 1, column 15: the typographic quote ‘ (U+2018, left single quotation mark)',
  ],
  [
    '« » around a value',
    `{"API_TOKEN": «${FAKE_TOKEN}»}`,
    'line 1, column 15: the typographic quote « (U+00AB, left guillemet)',
  ],
  ['‹ › around a value', `{"API_TOKEN": ‹${FAKE_TOKEN}›}`, 'the typographic quote ‹ (U+2039, left single guillemet)'],
  ['″ around a value', `{"API_TOKEN": ″${FAKE_TOKEN}″}`, 'the typographic quote ″ (U+2033, double prime)'],
  [
    '＂ around a value',
    `{"API_TOKEN": ＂${FAKE_TOKEN}＂}`,
    'the typographic quote ＂ (U+FF02, full-width quotation mark)',
  ],
  ['` around a value', `{"API_TOKEN": \`${FAKE_TOKEN}\`}`, 'the typographic quote ` (U+0060, backtick)'],
  ['“ ” on the third line', `{\n  ${WITH_TOKEN},\n  “TIMEOUT”: 60\n}`, 'line 3, column 3: the typographic quote “'],
  [
    'typographic quotes that are not to blame',
    `{${WITH_TOKEN}, "DESCRIPTION": "the “new” one" "TIMEOUT": 5}`,
    'a comma or the closing brace is expected, not a string.',
  ],
  ['single quotes', `{'API_TOKEN': '${FAKE_TOKEN}'}`, 'line 1, column 2: a single quote; JSON uses double quotes: ".'],
  ['single quotes around it all', `'${GOOD_TEXT}'`, 'line 1, column 1: a single quote'],
  ['single quotes around a value', `{"API_TOKEN": '${FAKE_TOKEN}'}`, 'line 1, column 15: a single quote'],
  [
    'a trailing comma',
    `{${WITH_TOKEN},}`,
    `line 1, column ${WITH_TOKEN.length + 2}: a comma before the closing }; remove it.`,
  ],
  [
    'a trailing comma before a line break',
    `{${WITH_TOKEN},\r\n}`,
    `line 1, column ${WITH_TOKEN.length + 2}: a comma before the closing }`,
  ],
  [
    'a trailing comma in a list',
    `{"AUTO_ROLLBACK": ["DEPLOYMENT_FAILURE",], ${WITH_TOKEN}}`,
    'a comma before the closing ]; remove it.',
  ],
  ['two commas', `{${WITH_TOKEN},, "TIMEOUT": 60}`, 'two commas in a row; remove one.'],
  ['a leading comma', `{, ${WITH_TOKEN}}`, 'line 1, column 2: ', 'is expected, not the character ,.'],
  ['a line comment', `{${WITH_TOKEN} // the token\n}`, 'a comment, which JSON does not allow.'],
  ['a block comment', `{/* token */ ${WITH_TOKEN}}`, 'line 1, column 2: a comment, which JSON does not allow.'],
  ['a hash comment', `{# token\n${WITH_TOKEN}}`, 'line 1, column 2: the character # does not belong here.'],
  ['NaN', `{${WITH_TOKEN}, "TIMEOUT": NaN}`, 'NaN is not a JSON value.'],
  ['Infinity', `{${WITH_TOKEN}, "TIMEOUT": Infinity}`, 'Infinity is not a JSON value.'],
  ['-Infinity', `{${WITH_TOKEN}, "TIMEOUT": -Infinity}`, '-Infinity is not a JSON value.'],
  ['undefined', `{${WITH_TOKEN}, "TIMEOUT": undefined}`, 'undefined is not a JSON value.'],
  ["Python's True", `{${WITH_TOKEN}, "DRY_RUN": True}`, 'True is not a JSON value.'],
  ["Python's None", `{${WITH_TOKEN}, "DRY_RUN": None}`, 'None is not a JSON value.'],
  ['a number with a unit', `{${WITH_TOKEN}, "TIMEOUT": 30m}`, 'a word without double quotes.'],
  [
    'a number with a leading zero',
    `{${WITH_TOKEN}, "TIMEOUT": 060}`,
    'a comma or the closing brace is expected, not a number.',
  ],
  ['a number with a plus', `{${WITH_TOKEN}, "TIMEOUT": +60}`, 'the character + does not belong here.'],
  ['a number that breaks off', `{${WITH_TOKEN}, "TIMEOUT": 60.}`, 'an incomplete number.'],
  ['a hexadecimal number', `{${WITH_TOKEN}, "TIMEOUT": 0x40}`, 'a word without double quotes.'],
  ['a name without quotes', `{API_TOKEN: "${FAKE_TOKEN}"}`, 'line 1, column 2: a word without double quotes.'],
  ['a value without quotes', `{"API_TOKEN": ${FAKE_TOKEN}}`, 'line 1, column 15: a word without double quotes.'],
  ['a missing colon', `{"API_TOKEN" "${FAKE_TOKEN}"}`, 'line 1, column 14: a colon is expected, not a string.'],
  [
    'an equals sign for a colon',
    `{"API_TOKEN"= "${FAKE_TOKEN}"}`,
    'line 1, column 13: a colon is expected, not the character =.',
  ],
  ['a missing comma', `{${WITH_TOKEN} "TIMEOUT": 60}`, 'a comma or the closing brace is expected, not a string.'],
  ['a missing value', `{${WITH_TOKEN}, "TIMEOUT": }`, 'a value is expected, not the character }.'],
  ['no opening brace', `${WITH_TOKEN}}`, 'line 1, column 12: the character : after the end of the object.'],
  ['no closing brace', `{${WITH_TOKEN}`, 'the text ends before its closing brace.'],
  [
    'an unclosed text',
    `{"API_TOKEN": "${FAKE_TOKEN}`,
    'line 1, column 15: the string that starts here is never closed by a ".',
  ],
  ['two objects', `${GOOD_TEXT}${GOOD_TEXT}`, 'the character { after the end of the object.'],
  ['a closing brace too many', `${GOOD_TEXT}}`, 'the character } after the end of the object.'],
  [
    'cut at 1000 characters',
    `{${WITH_TOKEN}, "DESCRIPTION": "${'x'.repeat(2000)}`.slice(0, 1000),
    'is never closed by a " (perhaps cut at CodePipeline\'s limit of 1000 characters).',
  ],
  [
    'cut between values',
    `{${WITH_TOKEN}${' '.repeat(1000)}`,
    "the text ends before its closing brace (perhaps cut at CodePipeline's limit of 1000 characters).",
  ],
  [
    'a raw line break in a text',
    `{"API_TOKEN": "${FAKE_TOKEN}\n"}`,
    "a line break inside a string; a variable's value broke the JSON: CodePipeline inserts it as it is; use",
  ],
  [
    'a raw tab in a text',
    `{"API_TOKEN": "a\t${FAKE_TOKEN}"}`,
    "line 1, column 17: the control character U+0009 (tab) inside a string; a variable's value broke the JSON: CodePipeline inserts",
  ],
  [
    'a raw NUL in a text',
    `{"API_TOKEN": "a\u0000${FAKE_TOKEN}"}`,
    "line 1, column 17: the control character U+0000 inside a string; a variable's value broke the JSON: CodePipeline inserts",
  ],
  ['an unknown escape', `{"API_TOKEN": "\\q${FAKE_TOKEN}"}`, 'a backslash that starts no escape'],
  ['a broken unicode escape', `{"API_TOKEN": "\\u12-${FAKE_TOKEN}"}`, 'a \\u without four hexadecimal digits.'],
  ['a backslash between values', `{${WITH_TOKEN}, \\n "TIMEOUT": 60}`, 'a backslash outside a string.'],
  [
    'a no-break space between values',
    `{${WITH_TOKEN},\u00a0"TIMEOUT": 60}`,
    'the character U+00A0 (no-break space) does not belong here.',
  ],
  [
    'a zero-width space between values',
    `{${WITH_TOKEN},\u200b"TIMEOUT": 60}`,
    'the character U+200B (zero-width space) does not belong here.',
  ],
  ['an emoji between values', `{${WITH_TOKEN}, 🚀}`, 'the character 🚀 (U+1F680) does not belong here.'],
  ['a lone surrogate between values', `{${WITH_TOKEN}, \ud83d}`, 'the character U+D83D does not belong here.'],
  [
    'an unresolved variable without quotes',
    `{${WITH_TOKEN}, "TIMEOUT": #{vars.TIMEOUT}}`,
    'a variable #{…} without quotes, which CodePipeline did not resolve',
  ],
  [
    '100 kB of text',
    `{${WITH_TOKEN}, "DESCRIPTION": "${'x'.repeat(100_000)}"}`,
    'characters long; CodePipeline allows 1000.',
  ],
  ['5000 nested lists', '['.repeat(5000), 'is nested more than 20 levels deep'],
  ['800 nested objects, all closed', `${'{"a":'.repeat(800)}1${'}'.repeat(800)}`, 'is nested more than 20 levels deep'],
  [
    '20 nested lists in a value',
    `{"TIMEOUT": ${'['.repeat(20)}${']'.repeat(20)}}`,
    'is nested more than 20 levels deep',
  ],
]);

const badTokens = [
  ...values('API_TOKEN', [
    ['a Bearer prefix', `Bearer ${FAKE_TOKEN}`, 'starts with "Bearer", which is not part of the token.'],
    ['a space', `FAKE ${FAKE_TOKEN}`, 'contains a space, which is not allowed.'],
    ['a letter beyond ASCII', `${FAKE_TOKEN}é`, 'contains the character é (U+00E9), which is not allowed.'],
    [
      'a zero-width space',
      `${FAKE_TOKEN}\u200bx`,
      'contains an invisible or control character, U+200B (zero-width space)',
    ],
    ['a line break', `${FAKE_TOKEN}\n${FAKE_TOKEN}`, 'contains an invisible or control character, U+000A (line feed)'],
    [
      'the ARN of a secret',
      'arn:aws:secretsmanager:eu-west-1:111111111111:secret:spot',
      'is the ARN of a secret, which belongs in API_TOKEN_SECRET.',
    ],
    [
      'a CloudFormation reference',
      '{{resolve:secretsmanager:spot:SecretString:token}}',
      'is a CloudFormation reference that was not resolved.',
    ],
    ['an unresolved variable', '#{secrets.Token}', 'contains a variable that CodePipeline did not resolve'],
    ['empty', '', 'is empty.'],
    ['null', null, 'is null.'],
    ['a number', 12345678901234, 'is a number, not text.'],
    ['a list', [FAKE_TOKEN], 'is a list, not text.'],
    ['an object', { value: FAKE_TOKEN }, 'is an object, not text.'],
  ]),
  ...beside([
    [
      'a token and a secret',
      { API_TOKEN_SECRET: 'spot/token' },
      'API_TOKEN, API_TOKEN_SECRET: are both given. Expected: one of them, preferably the secret.',
    ],
    [
      'the token as an application',
      { APP_NAME: `${FAKE_TOKEN}!` },
      'APP_NAME: a value of 61 characters (not shown, it may be a secret) contains the character !',
    ],
    ['the token as a name', { [FAKE_TOKEN]: 1 }, 'a name of 60 characters (not shown): is not a known parameter.'],
    [
      'the token under a lower-case name',
      { API_TOKEN: undefined, api_token: FAKE_TOKEN },
      'api_token: is not a known parameter; did you mean API_TOKEN?',
    ],
    [
      'the token as its own repository',
      { GITHUB_REPO: `https://github.com/${FAKE_TOKEN}/x`, COMMIT_ID: COMMIT },
      'GITHUB_REPO: a value of',
      'is a URL.',
    ],
    [
      'a password in a URL',
      { GITHUB_REPO: 'https://me:hunter2@github.com/acme/shop', COMMIT_ID: COMMIT },
      'GITHUB_REPO: a value of 39 characters (not shown, it may be a secret) is a URL; write acme/shop.',
    ],
    [
      'the token in two places',
      { API_TOKEN: `${FAKE_TOKEN} `, DESCRIPTION: `${FAKE_TOKEN}\u0000` },
      'DESCRIPTION: a value of 61 characters (not shown',
    ],
  ]),
  ...values('API_TOKEN_SECRET', [
    ['a token', FAKE_TOKEN, 'looks like a token itself (32 or more hex or base64 characters)'],
    ['a token with a key', `${FAKE_TOKEN}#token`, 'looks like a token itself'],
    ['a space', 'spot token', 'is not the name of a secret.'],
    ['a hash without a key', 'spot/token#', 'ends in # without a JSON key.'],
    ['a hash without a name', '#token', 'starts with # without the name of a secret.'],
    ['an ARN of another service', 'arn:aws:s3:::bucket', 'is not the ARN of a secret.'],
    [
      'a JSON key as ECS writes it',
      'arn:aws:secretsmanager:eu-west-1:111111111111:secret:spot-AbCdEf:token::',
      'is an ARN with more after a colon; a JSON key goes after a #.',
    ],
    [
      'empty',
      ' ',
      'is empty. Expected: the name or ARN of a secret in Secrets Manager, or id#key for a JSON key in it; or leave API_TOKEN_SECRET out.',
    ],
    ['a boolean', true, 'is a boolean, not text.'],
  ]),
];

const badTexts = [
  ...values('ACCOUNT_ID', [
    ['empty', '', 'is empty. Expected: a Spot account id such as act-1a2b3c4d.'],
    ['white space', ' \t ', 'is empty.'],
    ['null', null, 'is null.'],
    ['an AWS account', '111111111111', '"111111111111" is an AWS account ID, not a Spot account ID.'],
    ['an AWS account as a number', 111111111111, '111111111111 is a number, not text.'],
    ['an Elastigroup', 'sig-1a2b3c4d', '"sig-1a2b3c4d" is an Elastigroup ID, which belongs in GROUP_ID.'],
    ['only the prefix', 'act-', '"act-" is not a Spot account ID.'],
    [
      'an unresolved variable',
      '#{vars.ACCOUNT}',
      '"#{vars.ACCOUNT}" contains a variable that CodePipeline did not resolve (unknown or misspelt namespace).',
    ],
    ['an object', { id: 'act-1' }, 'is an object, not text.'],
  ]),
  ...values('GROUP_ID', [
    ['a Spot account', 'act-1a2b3c4d', '"act-1a2b3c4d" is a Spot account ID, which belongs in ACCOUNT_ID.'],
    ['a path', 'sig-1/../../x', '"sig-1/../../x" is not an Elastigroup ID.'],
    ['a query', 'sig-1?accountId=act-2', '"sig-1?accountId=act-2" is not an Elastigroup ID.'],
    ['two at once', ['sig-1', 'sig-2'], 'is a list, not text.'],
    [
      'a right-to-left override',
      'sig-\u202e1',
      '"sig-\\u202e1" contains an invisible or control character, U+202E (right-to-left override), at position 5.',
    ],
  ]),
  ...values('APP_NAME', [
    [
      '101 characters',
      'x.'.repeat(50) + 'x',
      `"${'x.'.repeat(30)}…" is 101 characters long, 1 too many. Expected: 1 to 100 characters`,
    ],
    ['a space', 'my shop', '"my shop" contains a space, which is not allowed.'],
    ['a slash', 'my/shop', '"my/shop" contains the character /, which is not allowed.'],
    ['an emoji', 'shop🚀', '"shop🚀" contains the character 🚀 (U+1F680), which is not allowed.'],
    [
      'a zero-width space',
      'sh\u200bop',
      '"sh\\u200bop" contains an invisible or control character, U+200B (zero-width space), at position 3.',
    ],
    [
      'a right-to-left mark',
      'shop\u200fx',
      '"shop\\u200fx" contains an invisible or control character, U+200F (right-to-left mark), at position 5.',
    ],
    [
      'a lone surrogate',
      'shop\ud83d',
      '"shop\\ud83d" contains an invisible or control character, U+D83D, at position 5.',
    ],
    [
      'a Cyrillic letter that looks Latin',
      'sh\u043ep',
      '"shоp" contains the character о (U+043E), which is not allowed.',
    ],
    ['a quotation mark', 'a"b', '"a\\"b" contains the character ", which is not allowed.'],
    ['a number', 42, '42 is a number, not text.'],
    ['a boolean', false, 'false is a boolean, not text.'],
    ['a nested object', { name: { first: 'x' } }, 'is an object, not text.'],
    ['a NUL', 'a\u0000b', '"a\\u0000b" contains an invisible or control character, U+0000, at position 2.'],
  ]),
  ...values('DEPLOYMENT_GROUP', [
    ['an ARN', 'arn:aws:codedeploy:x', '"arn:aws:codedeploy:x" contains the character :, which is not allowed.'],
    ['a list of one', ['shop'], 'is a list, not text.'],
    ['half a variable', '#{vars.GROUP', '"#{vars.GROUP" contains the character #, which is not allowed.'],
  ]),
  ...values('DEPLOYMENT_CONFIG', [
    ['a space', 'One At A Time', '"One At A Time" contains a space, which is not allowed.'],
    ['empty', '', 'is empty.'],
  ]),
  ...values('DESCRIPTION', [
    [
      '257 characters',
      'ä '.repeat(128) + 'ä',
      `"${'ä '.repeat(30)}…" is 257 characters long, 1 too many. Expected: one line of at most 256 characters.`,
    ],
    [
      'two lines',
      'one\ntwo',
      '"one\\u000atwo" contains an invisible or control character, U+000A (line feed), at position 4.',
    ],
    [
      'an escape sequence of a terminal',
      '\u001b[31mred',
      '"\\u001b[31mred" contains an invisible or control character, U+001B, at position 1.',
    ],
    [
      'an unresolved variable',
      'of #{SourceVariables.Nope}',
      '"of #{SourceVariables.Nope}" contains a variable that CodePipeline did not resolve',
    ],
    ['null', null, 'is null. Expected: one line of at most 256 characters; or leave DESCRIPTION out.'],
  ]),
];

const badChoices = [
  ...values('TIMEOUT', [
    ['0', 0, '0 is below 1. Expected: whole seconds in plain digits, 1 to 85500.'],
    ['"0"', '0', '"0" is below 1.'],
    ['-1', -1, '-1 is below 1.'],
    ['"-60"', '-60', '"-60" is below 1.'],
    ['85501', 85_501, '85501 is above 85500.'],
    ['"85501"', '85501', '"85501" is above 85500.'],
    ['a number beyond all bounds', 1e300, '1e+300 is above 85500.'],
    ['a fraction', 1800.5, '1800.5 is not a whole number.'],
    ['"1800.0"', '1800.0', '"1800.0" is not a whole number.'],
    ['"1e3"', '1e3', '"1e3" is not a whole number.'],
    ['"10m"', '10m', '"10m" is not a whole number.'],
    ['"1,800"', '1,800', '"1,800" is not a whole number.'],
    ['"0x10"', '0x10', '"0x10" is not a whole number.'],
    ['a word', 'thirty', '"thirty" is not a whole number.'],
    ['Arabic-Indic digits', '٦٠', '"٦٠" is not a whole number.'],
    ['"NaN"', 'NaN', '"NaN" is not a whole number.'],
    ['empty', '', 'is empty. Expected: whole seconds in plain digits, 1 to 85500; or leave TIMEOUT out.'],
    ['null', null, 'is null.'],
    ['true', true, 'true is a boolean, not a number.'],
    ['a list', [1800], 'is a list, not a number.'],
    [
      'an unresolved variable',
      '#{vars.TIMEOUT}',
      '"#{vars.TIMEOUT}" contains a variable that CodePipeline did not resolve',
    ],
  ]),
  ...values('IGNORE_STOP_FAILURES', [
    ['"yes"', 'yes', '"yes" is not true or false.'],
    ['1', 1, '1 is a number, not a boolean.'],
    ['empty', '', 'is empty. Expected: true or false; or leave IGNORE_STOP_FAILURES out.'],
  ]),
  ...values('DRY_RUN', [
    ['"on"', 'on', '"on" is not true or false.'],
    ['null', null, 'is null.'],
    ['an object', {}, 'is an object, not a boolean.'],
  ]),
  ...values('FILE_EXISTS', [
    [
      'an unknown value',
      'REPLACE',
      '"REPLACE" is not one of the accepted values. Expected: one of DISALLOW, OVERWRITE, RETAIN.',
    ],
    ['a boolean', true, 'true is a boolean, not text.'],
  ]),
  ...values('ON_CONFLICT', [
    ['an unknown value', 'STOP', '"STOP" is not one of the accepted values. Expected: one of FAIL, WAIT.'],
    ['two values', 'FAIL|WAIT', '"FAIL|WAIT" is not one of the accepted values.'],
    ['a prototype name', 'constructor', '"constructor" is not one of the accepted values.'],
  ]),
  ...values('AUTO_ROLLBACK', [
    ['an unknown event', 'FAILURE', '"FAILURE" is neither true nor false nor an event.'],
    [
      'an unknown second event',
      'DEPLOYMENT_FAILURE, ALARM',
      '"DEPLOYMENT_FAILURE, ALARM" has no known event at position 2.',
    ],
    ['true beside an event', 'true,DEPLOYMENT_FAILURE', '"true,DEPLOYMENT_FAILURE" has no known event at position 1.'],
    ['a trailing comma', 'DEPLOYMENT_FAILURE,', '"DEPLOYMENT_FAILURE," has no known event at position 2.'],
    ['an empty list', [], 'is an empty list.'],
    ['a list with null', ['DEPLOYMENT_FAILURE', null], 'has no known event at position 2.'],
    ['a list in a list', [['DEPLOYMENT_FAILURE']], 'is neither true nor false nor an event.'],
    ['a number', 1, '1 is a number, not true, false or text.'],
    ["CodeDeploy's own object", { enabled: true }, 'is an object, not true, false or text.'],
    ['empty', '', 'is empty.'],
  ]),
  ...values('PIPELINE_EXECUTION_ID', [
    ['a name', 'my release', '"my release" is not a pipeline execution ID. Expected: the id of a pipeline execution'],
    ['a number', 7, '7 is a number, not text.'],
  ]),
];

const S3 = { S3_BUCKET: 'releases', S3_KEY: 'shop.zip' };
const GITHUB = { GITHUB_REPO: 'acme/shop', COMMIT_ID: COMMIT };
const ONE_SOURCE = 'Expected: one of S3_BUCKET with S3_KEY, GITHUB_REPO with COMMIT_ID, or INPUT_ARTIFACT.';

const badRevisions: BadInput[] = [
  ...beside([
    [
      'S3 and GitHub',
      { ...S3, ...GITHUB },
      'S3_BUCKET, S3_KEY, GITHUB_REPO, COMMIT_ID: two revision sources are given.',
      ONE_SOURCE,
    ],
    [
      'S3 and an artifact',
      { ...S3, INPUT_ARTIFACT: 'BuildOutput' },
      'S3_BUCKET, S3_KEY, INPUT_ARTIFACT: two revision sources are given.',
    ],
    [
      'GitHub and an artifact',
      { ...GITHUB, INPUT_ARTIFACT: 'BuildOutput' },
      'GITHUB_REPO, COMMIT_ID, INPUT_ARTIFACT: two revision sources are given.',
    ],
    ['all three sources', { ...S3, ...GITHUB, INPUT_ARTIFACT: 'BuildOutput' }, 'three revision sources are given.'],
    [
      'half of S3 and half of GitHub',
      { S3_KEY: 'shop.zip', COMMIT_ID: COMMIT },
      'S3_KEY, COMMIT_ID: two revision sources are given.',
    ],
    [
      'a bucket without a key',
      { S3_BUCKET: 'releases' },
      'S3_KEY: is missing, but S3_BUCKET is given; both are required together. Expected: S3_BUCKET and S3_KEY together.',
    ],
    [
      'a key without a bucket',
      { S3_KEY: 'shop.zip' },
      'S3_BUCKET: is missing, but S3_KEY is given; both are required together.',
    ],
    [
      'a version without bucket and key',
      { S3_VERSION: 'v1' },
      'S3_BUCKET, S3_KEY: are missing, but S3_VERSION is given; both are required together.',
    ],
    ['an ETag without bucket and key', { S3_ETAG: 'e1' }, 'S3_BUCKET, S3_KEY: are missing, but S3_ETAG is given'],
    [
      'a version and an ETag of an artifact',
      { S3_VERSION: 'v1', S3_ETAG: 'e1', INPUT_ARTIFACT: 'BuildOutput' },
      'S3_VERSION, S3_ETAG, INPUT_ARTIFACT: two revision sources are given.',
    ],
    [
      'a repository without a commit',
      { GITHUB_REPO: 'acme/shop' },
      'COMMIT_ID: is missing, but GITHUB_REPO is given; both are required together.',
    ],
    [
      'a commit without a repository',
      { COMMIT_ID: COMMIT },
      'GITHUB_REPO: is missing, but COMMIT_ID is given; both are required together.',
    ],
    [
      'a bundle kind for GitHub',
      { ...GITHUB, S3_BUNDLE: 'zip' },
      'S3_BUNDLE: is given, but the revision is in GitHub.',
    ],
    [
      'a key with an unknown ending',
      { ...S3, S3_KEY: 'shop.rar' },
      "S3_BUNDLE: is missing, and the extension of S3_KEY does not tell the bundle's type.",
    ],
    [
      'a key without an ending',
      { ...S3, S3_KEY: 'releases/shop' },
      "S3_BUNDLE: is missing, and the extension of S3_KEY does not tell the bundle's type.",
    ],
    ['a gzip that is no tar', { ...S3, S3_KEY: 'shop.gz' }, 'S3_BUNDLE: is missing'],
    [
      'an unknown bundle kind',
      { ...S3, S3_BUNDLE: 'rar' },
      'S3_BUNDLE: "rar" is not one of the accepted values. Expected: one of tar, tgz, zip, YAML, JSON',
    ],
    ['a bundle kind with a dot', { ...S3, S3_BUNDLE: '.zip' }, 'S3_BUNDLE: ".zip" is not one of the accepted values.'],
    [
      'a bucket as an S3 address',
      { ...S3, S3_BUCKET: 's3://releases' },
      'S3_BUCKET: "s3://releases" is an address. Expected: the bare name of a bucket',
    ],
    [
      'a bucket as an ARN',
      { ...S3, S3_BUCKET: 'arn:aws:s3:::releases' },
      'S3_BUCKET: "arn:aws:s3:::releases" is an address.',
    ],
    ['a bucket of 2 characters', { ...S3, S3_BUCKET: 'ab' }, 'S3_BUCKET: "ab" is not 3 to 63 characters long.'],
    ['a bucket of 64 characters', { ...S3, S3_BUCKET: 'a.'.repeat(32) }, 'is not 3 to 63 characters long.'],
    [
      'a bucket with a folder',
      { ...S3, S3_BUCKET: 'releases/shop' },
      'S3_BUCKET: "releases/shop" contains the character /, which is not allowed.',
    ],
    [
      'a key as an S3 address',
      { ...S3, S3_KEY: 's3://releases/shop.zip' },
      'S3_KEY: "s3://releases/shop.zip" is an address.',
    ],
    ['a key of 1025 bytes', { ...S3, S3_KEY: `${'é/'.repeat(341)}.x` }, 'S3_KEY: ', 'is longer than 1024 bytes.'],
    [
      'a key with a control character',
      { ...S3, S3_KEY: 'shop\u0007.zip' },
      'S3_KEY: "shop\\u0007.zip" contains an invisible or control character, U+0007, at position 5.',
    ],
    [
      'an unresolved key',
      { ...S3, S3_KEY: '#{Build.Key}' },
      'S3_KEY: "#{Build.Key}" contains a variable that CodePipeline did not resolve',
    ],
    [
      'an empty version',
      { ...S3, S3_VERSION: '' },
      'S3_VERSION: is empty. Expected: the version id of an S3 object; or leave S3_VERSION out.',
    ],
    [
      'a short commit',
      { ...GITHUB, COMMIT_ID: '0123abc' },
      'COMMIT_ID: "0123abc" is a short commit ID (7 digits). Expected: a full commit id, 40 hexadecimal digits',
    ],
    [
      'a commit with a digit missing',
      { ...GITHUB, COMMIT_ID: COMMIT.slice(1) },
      'COMMIT_ID: a value of 39 characters (not shown, it may be a secret) is a short commit ID (39 digits).',
    ],
    ['a branch for a commit', { ...GITHUB, COMMIT_ID: 'main' }, 'COMMIT_ID: "main" is not a commit ID.'],
    ['a commit as a number', { ...GITHUB, COMMIT_ID: 1234567 }, 'COMMIT_ID: 1234567 is a number, not text.'],
    [
      'an unresolved commit',
      { ...GITHUB, COMMIT_ID: '#{SourceVariables.CommitId}' },
      'COMMIT_ID: "#{SourceVariables.CommitId}" contains a variable that CodePipeline did not resolve',
    ],
    [
      'a repository as a URL',
      { ...GITHUB, GITHUB_REPO: 'https://github.com/acme/shop' },
      'GITHUB_REPO: "https://github.com/acme/shop" is a URL; write acme/shop.',
    ],
    [
      'a repository as a clone URL',
      { ...GITHUB, GITHUB_REPO: 'https://github.com/acme/shop.git' },
      'is a URL; write acme/shop.',
    ],
    [
      'a repository as an SSH address',
      { ...GITHUB, GITHUB_REPO: 'git@github.com:acme/shop.git' },
      'is an SSH address; write acme/shop.',
    ],
    ['a repository with its host', { ...GITHUB, GITHUB_REPO: 'github.com/acme/shop' }, 'is a URL; write acme/shop.'],
    [
      'a repository with .git',
      { ...GITHUB, GITHUB_REPO: 'acme/shop.git' },
      'GITHUB_REPO: "acme/shop.git" ends in .git; omit that.',
    ],
    [
      'a repository at another host',
      { ...GITHUB, GITHUB_REPO: 'https://gitlab.com/acme/shop' },
      'is an address outside github.com.',
    ],
    [
      'a repository without an owner',
      { ...GITHUB, GITHUB_REPO: 'shop' },
      'GITHUB_REPO: "shop" is not of the form owner/repo.',
    ],
    [
      'a repository with a folder',
      { ...GITHUB, GITHUB_REPO: 'acme/shop/app' },
      'GITHUB_REPO: "acme/shop/app" is not of the form owner/repo.',
    ],
    [
      'an artifact that is not there',
      { INPUT_ARTIFACT: 'Buildoutput' },
      'INPUT_ARTIFACT: "Buildoutput" is not an input artifact of this action. Expected: one of "BuildOutput".',
    ],
    [
      'an artifact with a wrong character',
      { INPUT_ARTIFACT: 'Build Output' },
      'INPUT_ARTIFACT: "Build Output" contains a space',
    ],
    [
      'an empty artifact',
      { INPUT_ARTIFACT: '' },
      "INPUT_ARTIFACT: is empty. Expected: the name of one of the action's input artifacts; or leave INPUT_ARTIFACT out.",
    ],
  ]),
  {
    name: 'no source and no artifact',
    userParameters: GOOD_PARAMETERS,
    inputArtifacts: [],
    expect: ['revision: no source is given, and the action has no input artifact.', ONE_SOURCE],
  },
  {
    name: 'no source and several artifacts',
    userParameters: GOOD_PARAMETERS,
    inputArtifacts: [artifactNamed('App'), artifactNamed('Config')],
    expect: [
      'revision: no source is given, and the action has 2 input artifacts. Expected: INPUT_ARTIFACT with one of "App", "Config"',
    ],
  },
  {
    name: 'a named artifact, and the action has none',
    userParameters: { ...GOOD_PARAMETERS, INPUT_ARTIFACT: 'App' },
    inputArtifacts: [],
    expect: [
      'INPUT_ARTIFACT: "App" is not an input artifact of this action. Expected: an input artifact, and the action has none.',
    ],
  },
  {
    name: 'a bundle kind alone',
    userParameters: { ...GOOD_PARAMETERS, S3_BUNDLE: 'zip' },
    inputArtifacts: [],
    expect: ['revision: no source is given, and the action has no input artifact.'],
  },
];

const badNames: BadInput[] = [
  ...beside([
    [
      'a lower-case name',
      { timeout: 60 },
      'timeout: is not a known parameter; did you mean TIMEOUT? Expected: TIMEOUT in exactly this spelling.',
    ],
    ['a name with a letter too many', { TIMEOUTS: 60 }, 'TIMEOUTS: is not a known parameter; did you mean TIMEOUT?'],
    ['a name with letters swapped', { TIMEUOT: 60 }, 'TIMEUOT: is not a known parameter; did you mean TIMEOUT?'],
    ['a camel-case name', { dryRun: true }, 'dryRun: is not a known parameter; did you mean DRY_RUN?'],
    [
      'a name with hyphens',
      { 'FILE-EXISTS': 'RETAIN' },
      '"FILE-EXISTS": is not a known parameter; did you mean FILE_EXISTS?',
    ],
    ['a name with a space after it', { 'TIMEOUT ': 60 }, '"TIMEOUT ": is not a known parameter; did you mean TIMEOUT?'],
    [
      'a name with a zero-width space',
      { 'TIME\u200bOUT': 60 },
      '"TIME\\u200bOUT": is not a known parameter; did you mean TIMEOUT?',
    ],
    ['a name with a Cyrillic letter', { 'TIM\u0415OUT': 60 }, 'is not a known parameter; did you mean TIMEOUT?'],
    [
      'a strange name',
      { REGION: 'eu-west-1' },
      'REGION: is not a known parameter. Expected: one of API_TOKEN, API_TOKEN_SECRET, ACCOUNT_ID,',
    ],
    ['strange names', { REGION: 'x', COLOUR: 'green' }, 'REGION, COLOUR: are not known parameters.'],
    ['an empty name', { '': 1 }, '"": is not a known parameter.'],
    ['an emoji for a name', { '🚀': 1 }, '"🚀": is not a known parameter.'],
    ['a very long name', { ['N'.repeat(500)]: 1 }, 'a name of 500 characters (not shown): is not a known parameter.'],
    [
      '100 strange names',
      Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`NAME${n}`, n])),
      ' and 90 more: are not known parameters.',
    ],
    ['constructor', { constructor: { prototype: { DRY_RUN: true } } }, 'constructor: is not a known parameter.'],
    ['prototype', { prototype: { DRY_RUN: true } }, 'prototype: is not a known parameter.'],
    ['toString', { toString: 'x' }, 'toString: is not a known parameter.'],
    ['hasOwnProperty', { hasOwnProperty: 1 }, 'hasOwnProperty: is not a known parameter.'],
  ]),
  ...texts([
    ['__proto__', `{"__proto__": {"DRY_RUN": true}, ${GOOD_TEXT.slice(1)}`, '__proto__: is not a known parameter.'],
    [
      'required values inside __proto__',
      `{"__proto__": ${GOOD_TEXT}}`,
      '__proto__: is not a known parameter.',
      'ACCOUNT_ID: is missing.',
      'GROUP_ID: is missing.',
    ],
    ['__proto__ by an escape', `{"\\u005f_proto__": {}, ${GOOD_TEXT.slice(1)}`, '__proto__: is not a known parameter.'],
    [
      'a name given twice',
      `{"TIMEOUT": 60, "TIMEOUT": 90, ${GOOD_TEXT.slice(1)}`,
      'TIMEOUT: is given twice. Expected: every name once.',
    ],
    [
      'a name given twice, once by an escape',
      `{"TIMEOUT": 60, "TIME\\u004fUT": 60, ${GOOD_TEXT.slice(1)}`,
      'TIMEOUT: is given twice.',
    ],
    [
      'the token given three times',
      `{${WITH_TOKEN}, ${WITH_TOKEN}, ${GOOD_TEXT.slice(1)}`,
      'API_TOKEN: is given 3 times.',
    ],
  ]),
  {
    name: 'a misspelt required name is told once',
    userParameters: { ...GOOD_PARAMETERS, APP_NAME: undefined, APP_NAEM: 'shop' },
    expect: ['One problem', 'APP_NAEM: is not a known parameter; did you mean APP_NAME?'],
  },
  {
    name: 'an empty object',
    userParameters: '{}',
    expect: [
      '5 problems',
      'ACCOUNT_ID: is missing.',
      'GROUP_ID: is missing.',
      'APP_NAME: is missing.',
      'DEPLOYMENT_GROUP: is missing.',
      'API_TOKEN_SECRET: is missing, and the function has no default secret (environment variable SPOT_TOKEN_SECRET).',
    ],
  },
  {
    name: 'everything wrong at once',
    userParameters: {
      ...GOOD_PARAMETERS,
      API_TOKEN: 'a b',
      ACCOUNT_ID: 5,
      TIMEOUT: 'x',
      DRY_RUN: 'y',
      S3_KEY: 'z',
      COLOUR: 1,
    },
    expect: ['6 problems', 'COLOUR: ', 'API_TOKEN: ', 'ACCOUNT_ID: ', 'TIMEOUT: ', 'DRY_RUN: ', 'S3_BUCKET: '],
  },
];

export const badInputs: readonly BadInput[] = [
  ...brokenEvents,
  ...noJson,
  ...badTokens,
  ...badTexts,
  ...badChoices,
  ...badRevisions,
  ...badNames,
];
