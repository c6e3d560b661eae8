import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { plainText } from '../../../src/diagnosis/plainText';
import { Redactor } from '../../../src/lib/redaction';
import { growth } from '../../support/growth';

const redact = (text: string) => new Redactor().redact(text);

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U';
const KEY_LINES = ['MIIEowIBAAKCAQEA7bqVx1', 'kGfU2m9zLJr0aQIDAQABAo', 'IBAF7Yz0w=='];
const BEGIN = '-----BEGIN RSA PRIVATE KEY-----';
const END = '-----END RSA PRIVATE KEY-----';

describe('a credential that a script prints is masked, and the rest of the line stays', () => {
  test.each([
    ['AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG+bPx region=eu', 'AWS_SECRET_ACCESS_KEY=*** region=eu'],
    ['export AWS_SESSION_TOKEN=FQoGZXIvYXdzEJr//// && run', 'export AWS_SESSION_TOKEN=*** && run'],
    ['[stdout]DB_PASSWORD=hunter2 DB_HOST=db-1', '[stdout]DB_PASSWORD=*** DB_HOST=db-1'],
    ['DB_PASSWORD=a&b;c"d!e', 'DB_PASSWORD=***'],
    ["+ DB_PASSWORD='it is long' ./start.sh", "+ DB_PASSWORD='***' ./start.sh"],
    ['connecting with password: hunter2, host: db-1', 'connecting with password: ***, host: db-1'],
    ['password: "hunter 2" user: shop', 'password: "***" user: shop'],
    ['api_key: a1b2c3d4 (from the file)', 'api_key: *** (from the file)'],
    ["{ user: 'shop', password: 'hunter', port: 1 }", "{ user: 'shop', password: '***', port: 1 }"],
    ['{user:shop,password:hunter2,port:1}', '{user:shop,password:***,port:1}'],
    ['postgres://shop:hunter2@db-1:5432/shop failed', 'postgres://shop:***@db-1:5432/shop failed'],
    ['password: no-way-22', 'password: ***'],
    ['DB_PASSWORD: is-my-secret-42', 'DB_PASSWORD: ***'],
    ['password: true.Blue99', 'password: ***'],
    [`https://user:${'x'.repeat(600)}@host`, 'https://user:***@host'],
    [`https://${'x'.repeat(600)}@host`, 'https://***@host'],
    ['redis://:hunter2@cache/0', 'redis://:***@cache/0'],
    ['amqp://shop:p@ss@mq-1/vhost', 'amqp://shop:***@mq-1/vhost'],
    ['git clone https://0123456789abcdef0123@github.com/a/b', 'git clone https://***@github.com/a/b'],
    ['Server=db-1;Password=hunter2;Database=shop', 'Server=db-1;Password=***;Database=shop'],
    ['GET /x?token=abc123&page=2', 'GET /x?token=***&page=2'],
    ['npm login --auth-token abc123 --registry r', 'npm login --auth-token *** --registry r'],
    ['//registry/:_authToken=abc', '//registry/:_authToken=***'],
    ['<SecretAccessKey>abc/def</SecretAccessKey><Expiration>', '<SecretAccessKey>***</SecretAccessKey><Expiration>'],
    ['{"SecretString":"{\\"password\\":\\"x\\"}","Name":"n"}', '{"SecretString":"***","Name":"n"}'],
    [`jwt ${JWT} was refused`, 'jwt *** was refused'],
    ['remote: ghp_0123456789abcdefghijABCDEFGHIJ012345 is invalid', 'remote: *** is invalid'],
    ['slack xoxb-123456789012-abcdefghij: channel_not_found', 'slack ***: channel_not_found'],
    ['curl: Bearer abc.def-ghi not accepted', 'curl: Bearer *** not accepted'],
    ['key AKIAIOSFODNN7EXAMPLE, region', 'key ***, region'],
    [`a\n${BEGIN}\n${KEY_LINES.join('\n')}\n${END}\nb`, `a\n${BEGIN}***${END}\nb`],
    [
      JSON.stringify({ key: `${BEGIN}\n${KEY_LINES.join('\n')}\n${END}\n`, id: 1 }),
      `{"key":"${BEGIN}***${END}\\n","id":1}`,
    ],
    // The log's end or its beginning cuts a key off; CodeDeploy's agent puts a prefix before each line.
    [[BEGIN, ...KEY_LINES.slice(0, 2), 'done here'].join('\n[stdout]'), `${BEGIN}***\n[stdout]done here`],
    [['in a line', ...KEY_LINES, END, 'b'].join('\n[stdout]'), `in a line\n***${END}\n[stdout]b`],
  ])('%s', (text, clean) => {
    expect(redact(text)).toBe(clean);
    expect(redact(`before\n${text}\nafter`)).toBe(`before\n${clean}\nafter`);
  });
});

test.each([
  'PWD=/opt/shop',
  'cat: /etc/passwd: Permission denied',
  "There is no secret prod/spot in this account. Check API_TOKEN_SECRET, or the function's SPOT_TOKEN_SECRET.",
  'name the key that holds the token, as in API_TOKEN_SECRET: "id#key"',
  'User: arn:aws:sts::111122223333:assumed-role/x is not authorized to perform: secretsmanager:GetSecretValue on ' +
    'resource: arn:aws:secretsmanager:eu-west-1:111122223333:secret:spot/token-a1B2c3',
  'ERROR 1045 (28000): Access denied for user (using password: YES)',
  'The secret could not be read: ResourceNotFoundException',
  'CREDENTIALS_FILE=/run/shop/credentials TOKEN_TTL=300 SECRET_NAME=prod/db',
  'SyntaxError: Unexpected token: punc',
  'if [ "$TOKEN" == "" ]',
  'https://console.aws.amazon.com/codesuite/codedeploy/deployments/d-1A2B3C?region=eu-west-1',
  'git 5e28df337746db4f070c84f7069d365bfd0d72a8, image sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  'token: is waiting; secret: missing; password: required',
])('is readable as it is: %s', (text) => {
  expect(redact(text)).toBe(text);
});

describe('whatever the value', () => {
  const value = fc.stringMatching(/^[A-Za-z0-9/+=!#$%^*._~-]{6,60}$/).map((text) => `Zq1${text}`);
  const name = fc.constantFrom(
    'DB_PASSWORD',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'api-key',
    'GITHUB_TOKEN',
    'clientSecret',
    'passwd',
  );

  test('NAME=value, NAME: value and "NAME": "value" are masked, and what is around stays', () => {
    fc.assert(
      fc.property(name, value, (named, secret) => {
        for (const [before, after] of [
          [`${named}=`, ''],
          [`${named} = `, ' # next'],
          [`${named}: `, ' next'],
          [`{"${named}":"`, '","next":1}'],
          [`{\\"${named}\\":\\"`, '\\",\\"next\\":1}'],
          [`{'${named}': '`, "', 'next': 1}"],
          [`export ${named}="`, '" next'],
          [`--${named} `, ' --next'],
        ] as const)
          expect(redact(`see ${before}${secret}${after}`)).toBe(`see ${before}***${after}`);
      }),
      { numRuns: 300 },
    );
  });

  test('scheme://user:value@host is masked', () => {
    const password = fc.stringMatching(/^[A-Za-z0-9!#$%^*._~:@-]{1,60}$/);
    fc.assert(
      fc.property(fc.constantFrom('postgres', 'https', 'mongodb+srv'), password, (scheme, secret) => {
        expect(redact(`to ${scheme}://shop:${secret}@db-1/shop now`)).toBe(`to ${scheme}://shop:***@db-1/shop now`);
      }),
    );
  });
});

describe("secretlint's rules", () => {
  // Each as secretlint's own rule describes it.
  const kinds = {
    GitHub: /^gh[opsur]_[A-Za-z0-9_]{36}$/,
    'GitHub, fine-grained': /^github_pat_[A-Za-z0-9_]{82}$/,
    GitLab: /^glpat-[A-Za-z0-9_-]{20,60}$/,
    Grafana: /^glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}$/,
    'Grafana Cloud': /^glc_[A-Za-z0-9+/]{32,100}$/,
    Slack: /^xox[bpaor]-[a-zA-Z0-9]{8,40}-[a-zA-Z0-9]{8,40}$/,
    'Slack webhook':
      /^https:\/\/hooks\.slack\.com\/services\/T[a-zA-Z0-9]{8,12}\/B[a-zA-Z0-9]{8,12}\/[a-zA-Z0-9]{20,24}$/,
    npm: /^npm_[A-Za-z0-9_]{36}$/,
    Anthropic: /^sk-ant-api03-[A-Za-z0-9_-]{90,100}AA$/,
    OpenAI: /^sk-[a-zA-Z0-9]{20}T3BlbkFJ[a-zA-Z0-9]{20}$/,
    Groq: /^gsk_[a-zA-Z0-9]{52}$/,
    'Hugging Face': /^hf_[a-zA-Z]{34}$/,
    Linear: /^lin_api_[a-zA-Z0-9_]{32,64}$/,
    Notion: /^ntn_[0-9]{11}[A-Za-z0-9]{35}$/,
    SendGrid: /^SG\.[A-Za-z0-9]{22}\.[A-Za-z0-9]{43}$/,
    Shopify: /^shp(pa|ca|at|ss)_[a-zA-Z0-9]{32,64}$/,
    Stripe: /^(sk|rk)_(live|test)_[a-zA-Z0-9]{24,99}$/,
    Vault: /^hvs\.[A-Za-z0-9_-]{90,120}$/,
    Vercel: /^vc[picrk]_[A-Za-z0-9]{20,60}$/,
    Databricks: /^dapi[A-Fa-f0-9]{32}$/,
    Docker: /^dckr_pat_[a-zA-Z0-9_-]{27}$/,
    Figma: /^figd_[A-Za-z0-9_-]{40,80}$/,
    Cloudflare: /^cfut_[A-Za-z0-9]{40}[0-9a-f]{8}$/,
    Tailscale: /^tskey-auth-[0-9A-Za-z_]{8,40}-[0-9A-Za-z_]{16,60}$/,
    PostgreSQL: /^postgres:\/\/[a-z]{3,9}:[A-Za-z0-9!$%^*]{6,30}@[a-z]{3,9}\/[a-z]{3,9}$/,
    MongoDB: /^mongodb\+srv:\/\/[a-z]{3,9}:[A-Za-z0-9!$%^*]{6,30}@[a-z]{3,9}$/,
    'basic authentication': /^https:\/\/[a-z]{3,9}:[A-Za-z0-9_]{6,30}@[a-z]{3,9}\.com$/,
    'private key':
      /^-----BEGIN (RSA |EC |OPENSSH )?PRIVATE KEY-----\nMII[A-Za-z0-9+/]{61}\n([A-Za-z0-9+/]{64}\n){3,9}-----END RSA PRIVATE KEY-----$/,
  };

  test('find every kind of credential in the log of a script, and none after it was redacted', () => {
    const samples = Object.entries(kinds).flatMap(([kind, shape]) =>
      fc.sample(fc.stringMatching(shape), { numRuns: 20, seed: 42 }).map((secret) => ({ kind, secret })),
    );
    const logs = samples.map(({ secret }) => `[stdout]deploying, see ${secret} of the shop\n[stderr]done`);
    const found = secretlint(logs);
    const missed = samples.filter((_, index) => found[index]?.length === 0).map(({ kind }) => kind);
    // Of a kind whose samples secretlint does not know, nothing would be proven.
    for (const kind of Object.keys(kinds))
      expect([kind, missed.filter((missing) => missing === kind).length > 10]).toEqual([kind, false]);
    const left = secretlint(logs.map(redact)).flatMap((messages, index) =>
      messages.map((message) => `${message}: ${logs[index] ?? ''}`),
    );
    expect(left).toEqual([]);
    for (const log of logs) expect(redact(log)).toMatch(/^\[stdout\]deploying, see .* of the shop\n\[stderr\]done$/);
  });
});

/** What secretlint finds in each text. */
function secretlint(texts: readonly string[]): readonly (readonly string[])[] {
  const output = execFileSync(process.execPath, ['test/support/secretlint.mjs'], {
    input: JSON.stringify(texts),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  return JSON.parse(output) as string[][];
}

describe('the time is in proportion to the length', () => {
  const secret = 'f3Kd9sLq2Vx8Zt7Wm4Rb6Nc1Hp5Jg0Ty';
  const redactor = new Redactor();
  redactor.add(secret);
  const plain = (text: string) => plainText(text, (dirty) => redactor.redact(dirty));

  // What a pattern could stumble over: repeated beginnings of what it looks for, without the end.
  test.each([
    '\\',
    '\\"',
    '"',
    "'\\",
    ' ',
    'a',
    '=',
    ']',
    ',',
    '-',
    '.',
    '://',
    '://a:',
    'a:b@',
    'password',
    'password=',
    'password="',
    'password:\\\\"',
    'token ',
    'token_',
    'Authorization: ',
    'bearer ',
    'eyJ',
    'eyJ-',
    'eyJhbGciOiJIUzI1NiJ9.',
    'ghp_',
    'sk-',
    'xoxb-',
    'SG.',
    'AKIA',
    `${BEGIN}\n`,
    `${BEGIN}\n${KEY_LINES.join('\n')}\n`,
    `${KEY_LINES.join('\n')}\n${END}\n`,
    END,
    '\\nMIIEowIBAAKCAQEA7bqVx1',
    `PRIVATE KEY ${'\\'.repeat(8)}`,
    'f3Kd9sLq2Vx8',
    'f3Kd9sLq2Vx',
    'Wm4Rb6Nc1Hp5Jg0Ty',
    secret,
    'password=***"',
    '***',
    '\u001b[31m',
    '\r',
  ])('of a text that repeats %j', (piece) => {
    const textOf = (length: number) => piece.repeat(Math.ceil(length / piece.length));
    // 8 times the text: 8 times the time in proportion, 64 times were it quadratic.
    expect(growth((length) => plain(textOf(length)), 8)).toBeLessThan(32);
  });

  test('is measured by what would see the difference', () => {
    expect(growth((length) => '\\'.repeat(length / 10).replace(/(\\*["'])\*\*\*$/, ''), 8)).toBeGreaterThan(32);
  });
});
