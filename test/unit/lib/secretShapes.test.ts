import { lintSource } from '@secretlint/core';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';
import fc from 'fast-check';
import { plainText } from '../../../src/diagnosis/plainText';
import { Redactor } from '../../../src/lib/redaction';
import { growth } from '../../support/growth';
import { TRIES_ALL } from '../../support/triesAll';

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
    // The log's beginning cuts a key off; CodeDeploy's agent puts a prefix before each line.
    [['in a line', ...KEY_LINES, END, 'b'].join('\n[stdout]'), `in a line\n***${END}\n[stdout]b`],
  ])('%s', (text, clean) => {
    expect(redact(text)).toBe(clean);
    expect(redact(`before\n${text}\nafter`)).toBe(`before\n${clean}\nafter`);
  });
});

describe('in the notations of the world', () => {
  const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfi';
  const ESC = String.fromCharCode(27);

  test.each([
    // Addresses
    ['postgres://shop:p/ss@db-1/shop failed', 'postgres://shop:***@db-1/shop failed'],
    ['postgres://shop:p"ss@db-1/shop', 'postgres://shop:***@db-1/shop'],
    ["postgres://shop:hun'ter2@db-1", 'postgres://shop:***@db-1'],
    ['postgres://shop:12/34@db-1/shop', 'postgres://shop:***@db-1/shop'],
    ['postgres://shop:p%40ss@db-1/shop', 'postgres://shop:***@db-1/shop'],
    ['to=postgres%3A%2F%2Fshop%3Ap%2Fss%40db-1 now', 'to=postgres%3A%2F%2Fshop%3A***%40db-1 now'],
    [
      '{"url":"postgres:\\/\\/shop:hunter2@db-1\\/shop","id":1}',
      '{"url":"postgres:\\/\\/shop:***@db-1\\/shop","id":1}',
    ],
    ['{"url":"http://a:b@c/d","mail":"me@shop"}', '{"url":"http://a:***@c/d","mail":"me@shop"}'],
    ["'http://a:b@c', 'me@shop'", "'http://a:***@c', 'me@shop'"],
    // Names and their values
    [`AWS_SECRET_ACCESS_KEY%3D${encodeURIComponent(SECRET)}%26id%3D1 now`, 'AWS_SECRET_ACCESS_KEY%3D***%26id%3D1 now'],
    [
      `%22secretAccessKey%22%3A%22${encodeURIComponent(SECRET)}%22%2C%22id%22`,
      '%22secretAccessKey%22%3A%22***%22%2C%22id%22',
    ],
    [`AWS_SECRET_ACCESS_KEY=\n${SECRET}`, 'AWS_SECRET_ACCESS_KEY=\n***'],
    [`AWS_SECRET_ACCESS_KEY:\n[stdout]  ${SECRET}`, 'AWS_SECRET_ACCESS_KEY:\n[stdout]  ***'],
    ['password: |\n  hunter2\n  more of it\nuser: shop', 'password: ***\nuser: shop'],
    ['password: >-\n  hunter2\nuser: shop', 'password: ***\nuser: shop'],
    ['DB_PASS=hunter2 ./start.sh', 'DB_PASS=*** ./start.sh'],
    ['ENCRYPTION_KEY=hunter2 SIGNING_KEY=b', 'ENCRYPTION_KEY=*** SIGNING_KEY=***'],
    ['AccountName=shop;AccountKey=abc/def==;EndpointSuffix=x', 'AccountName=shop;AccountKey=***;EndpointSuffix=x'],
    ['{"name":"DB_PASSWORD","value":"hunter2","id":1}', '{"name":"DB_PASSWORD","value":"***","id":1}'],
    ['{"Key": "DbPassword", "Value": "hunter2"}', '{"Key": "DbPassword", "Value": "***"}'],
    ['- name: DB_PASSWORD\n  value: hunter2\n- name: X', '- name: DB_PASSWORD\n  value: ***\n- name: X'],
    ['<add key="DbPassword" value="hunter2"/>', '<add key="DbPassword" value="***"/>'],
    ['{"passwords":["a]b","c"],"id":1}', '{"passwords":[***],"id":1}'],
    ['{"tokens":["abc"],"id":1}', '{"tokens":[***],"id":1}'],
    ['passwords: [hunter2, abc] (2)', 'passwords: [***] (2)'],
    ['{"password":{"value":"a}b","v":1},"id":1}', '{"password":{***},"id":1}'],
    ['{\\"password\\":{\\"value\\":\\"x\\"},\\"id\\":1}', '{\\"password\\":{***},\\"id\\":1}'],
    [`${ESC}[31mDB_PASSWORD${ESC}[0m=hunter2 next`, `${ESC}[31mDB_PASSWORD${ESC}[0m=*** next`],
    [`DB_PASSWORD${ESC}[0m: ${ESC}[1mhunter2 next`, `DB_PASSWORD${ESC}[0m: ${ESC}[1m*** next`],
    ['DB_PASSWORD==hunter2 next', 'DB_PASSWORD==*** next'],
    ['DB_PASSWORD=""hunter2"" next', 'DB_PASSWORD=***"" next'],
    ['password\\u003dhunter2 next', 'password\\u003d*** next'],
    ['X-Api-Key: abcdefgh, Accept: x', 'X-Api-Key: ***, Accept: x'],
    ['password: correct horse battery staple', 'password: ***'],
    ['passphrase: correct horse battery\nnext', 'passphrase: ***\nnext'],
    // What commands and requests take
    ['curl -s -u shop:hunter2 https://x/y', 'curl -s -u shop:*** https://x/y'],
    ['docker login -u AWS -p hunter2 registry', 'docker login -u AWS -p *** registry'],
    ['sshpass -p hunter2 ssh host', 'sshpass -p *** ssh host'],
    ['mysql -u shop -phunter2 shop', 'mysql -u shop -p*** shop'],
    ['Authorization: Digest username="x", realm="a b", response="6629fae4"', 'Authorization: ***'],
    [
      'Authorization: AWS4-HMAC-SHA256 Credential=AK/2026, SignedHeaders=host, Signature=abcdef\nnext',
      'Authorization: ***\nnext',
    ],
    ['GET /x?X-Amz-Signature=0123456789abcdef0123&y=1', 'GET /x?X-Amz-Signature=***&y=1'],
    ['https://x.blob/y?sv=1&sig=a%2Bb%3D&se=2', 'https://x.blob/y?sv=1&sig=***&se=2'],
    ['curl -sSfu shop:hunter2 https://x/y', 'curl -sSfu shop:*** https://x/y'],
    ['redis-cli -h cache -a hunter2 ping', 'redis-cli -h cache -a *** ping'],
    ['mongosh -u shop -p hunter2 shop', 'mongosh -u shop -p *** shop'],
    ['openssl pkcs12 -passin pass:hunter2 -in x', 'openssl pkcs12 -passin pass:*** -in x'],
    ["keytool -storepass hunter2 -keypass 'b c' -list", "keytool -storepass *** -keypass '***' -list"],
    ['npm config set //registry/:_authToken abc123 && x', 'npm config set //registry/:_authToken *** && x'],
    ['setenv DB_PASSWORD hunter2', 'setenv DB_PASSWORD ***'],
    [
      `aws configure set aws_secret_access_key ${SECRET}ABC --profile x`,
      'aws configure set aws_secret_access_key *** --profile x',
    ],
    ["ALTER USER shop WITH PASSWORD 'hunter2';", "ALTER USER shop WITH PASSWORD '***';"],
    ["CREATE USER shop IDENTIFIED BY 'hunter2';", "CREATE USER shop IDENTIFIED BY '***';"],
    // What AWS's CLI and others print
    [`SecretAccessKey\t${SECRET}ABCDEFGH\nx`, 'SecretAccessKey\t***\nx'],
    [`|  SecretAccessKey |  ${SECRET}ABCDEFGH  |`, '|  SecretAccessKey |  ***  |'],
    [`CREDENTIALS\tASIAIOSFODNN7EXAMPLE\t2026-11-26\t${SECRET}ABCDEFGHIJKL\tx`, 'CREDENTIALS\t***\t2026-11-26\t***\tx'],
    [
      '{"Name": "/shop/db", "Type": "SecureString", "Value": "hunter2", "Version": 1}',
      '{"Name": "/shop/db", "Type": "SecureString", "Value": "***", "Version": 1}',
    ],
    ['/shop/db\tSecureString\thunter2\t1', '/shop/db\tSecureString\t***\t1'],
    ['ParameterKey=DbPassword,ParameterValue=hunter2 x', 'ParameterKey=DbPassword,ParameterValue=*** x'],
    ['{"auths":{"r":{"auth":"c2hvcDpodW50ZXIy"}}}', '{"auths":{"r":{"auth":"***"}}}'],
    ["{ user: 'shop', pass: 'hunter2' }", "{ user: 'shop', pass: '***' }"],
    ['{"user":"shop","pass":"hunter2"}', '{"user":"shop","pass":"***"}'],
    ['DBPASS=hunter2 next', 'DBPASS=*** next'],
    ['APP_KEY=base64:abc/def= HMAC_KEY=a', 'APP_KEY=*** HMAC_KEY=***'],
    ['[DB_PASSWORD] => hunter2\n[x]', '[DB_PASSWORD] => ***\n[x]'],
    ["os.environ['DB_PASSWORD'] = 'hunter2'", "os.environ['DB_PASSWORD'] = '***'"],
    ['["DB_PASSWORD"]=>\n  string(7) "hunter2"', '["DB_PASSWORD"]=>\n  string(7) "***"'],
    ['<property name="db.password">hunter2</property>', '<property name="db.password">***</property>'],
    ['<password type="text">hunter2</password>', '<password type="text">***</password>'],
    ['<password value="hunter2"/>', '<password value="***"/>'],
    ['DB_PWD=/ab+c9 next', 'DB_PWD=*** next'],
    // Broken into lines
    ['see ghp_0123456789ab\ncdefghijABCDEFGHIJ456789 of x', 'see *** of x'],
    ['[stdout]ghp_0123456789ab\n[stdout]cdefghijABCDEFGHIJ456789\n[stdout]next', '[stdout]***\n[stdout]next'],
    [`${JWT.slice(0, 30)}\n${JWT.slice(30, 60)}\n${JWT.slice(60)}\nnext`, '***\nnext'],
    [JSON.stringify(`${JWT.slice(0, 30)}\n${JWT.slice(30)}\nnext`), '"***\\nnext"'],
    // A key's end without its beginning
    [
      ['done', ...['a', 'b'].map((text) => text.repeat(64)), 'abcd==', END, 'b'].join('\n2026-11-26T10:00:00Z '),
      `done\n***${END}\n2026-11-26T10:00:00Z b`,
    ],
  ])('%s', (text, clean) => {
    expect(redact(text)).toBe(clean);
    expect(redact(clean)).toBe(clean);
    expect(redact(`before\n${text}\nafter`)).toBe(`before\n${clean}\nafter`);
  });

  const line = 'MIIEowIBAAKCAQEA7bqVx1kGfU2m9zLJr0aQIDAQABAo';
  test.each([
    ['lines', ['', line, line.slice(9)].join('\n')],
    ['headers and a blank line', ['', 'Proc-Type: 4,ENCRYPTED', 'DEK-Info: AES-128-CBC,0A', '', line].join('\n')],
    ['indentation', ['', line, line].join('\n  ')],
    ['timestamps', ['', line, line].join('\n2026-11-26T10:00:00Z [stdout]')],
    ['spaces, in one line', ` ${line} ${line}`],
    ['breaks of JSON', `\\r\\n${line}\\r\\n${line}`],
    ['what belongs to it no more', `\n${line}\nit failed`],
  ])('a key whose end was cut off is masked to the end of the text: with %s', (_what, rest) => {
    const clean = redact(`see ${BEGIN}${rest}`);
    expect(clean).toBe(`see ${BEGIN}***`);
    // What is put behind a text that was redacted stays.
    expect(redact(`${clean}\nLikely fix: none.`)).toBe(`${clean}\nLikely fix: none.`);
  });

  test.each([
    ['postgres://shop:hunter2', 'postgres://shop:***'],
    ['postgres://shop:hunt…', 'postgres://shop:***…'],
    ['postgres%3A%2F%2Fshop%3Ahunter2', 'postgres%3A%2F%2Fshop%3A***'],
    ['{"passwords":["hunter2","b', '{"passwords":[***]'],
    ['{"password":{"value":"hunter2', '{"password":{***}'],
    [`${line}\n${line}\n${END.slice(0, 20)}`, `***${END.slice(0, 20)}`],
  ])('what was cut off in a secret: %s', (text, clean) => {
    expect(redact(text)).toBe(clean);
    expect(redact(`${clean}\nLikely fix: none.`)).toBe(`${clean}\nLikely fix: none.`);
  });
});

test.each([
  // The commonest mistakes in scripts, in the words of shells and tools
  'start.sh: line 12: DB_PASSWORD: unbound variable',
  'start.sh: line 12: SECRET_KEY: parameter not set',
  'start.sh: 12: DB_PASSWORD: parameter null or not set',
  'start.sh: line 12: DB_PASSWORD: DB_PASSWORD is missing',
  'start.sh: line 12: PASSWORD: PASSWORD is missing in the environment',
  'start.sh: line 12: pwd: command not found',
  'chpasswd: (user shop) pam_chauthtok() failed',
  'passwd: password expiry information changed.',
  'error: --password option requires an argument; --token is required',
  'unknown flag --token in command deploy',
  'docker login -u AWS --password-stdin 111122223333.dkr.ecr.eu-west-1.amazonaws.com',
  'aws secretsmanager get-secret-value --secret-id prod/db/password --region eu-west-1 failed',
  'Secret: arn:aws:secretsmanager:eu-west-1:111122223333:secret:db/password-a1b2c3 not found',
  'private_key: file not found at /etc/ssl/private/key.pem',
  'Authorization: failed for user shop at 10.0.0.1',
  'authorization: invalid header',
  'Bearer authentication is required; bearer token missing; WWW-Authenticate: Bearer realm="x"',
  'docker login ok; docker run -p 8080:80 shop',
  'npm_lifecycle_event_preinstall failed, sk-manager-configuration-file-missing',
  'OLDPWD=/opt/shop, pwd: /opt/shop',
  '{"pass":12,"fail":3}, {"pass":true}',
  'mongod -f /etc/mongod.conf -p 27017; curl -Lu https://x:443/y',
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
  'password changed for user shop',
  'password: changed by the operator yesterday evening',
  'Password: Login incorrect',
  'password:\nDone',
  'Enter password:\n/opt/shop/start.sh',
  'DB_PASSWORD=\nDB_HOST=db-1',
  'password:\n2026-11-26T10:00:00Z started',
  'tokens: 120000 used, token: 42',
  'key: value, monkey: banana7, PASS: test 12, bypass: on22',
  'PASS test/unit/lib/secretShapes.test.ts',
  'https://npm:4873/@shop/web and https://host:8080/a?mail=me@shop',
  'http://localhost:8080',
  'redis://cache:6379/0 is up',
  's3://revisions/shop.zip@v2, mail me@shop:now',
  'arn:aws:codedeploy:eu-west-1:111122223333:deploymentgroup:shop/shop-production',
  'd-1A2B3C4D5, i-0123456789abcdef0, sig-1a2b3c4d, cdbg-8370259f',
  'commit 5e28df337746db4f070c84f7069d365bfd0d72a8\nMerge branch main',
  'curl -sSf https://x/y -o /tmp/z, docker login failed, mysql --port 3306 shop',
  'tar -p x; mkdir -p /opt/shop',
  'signature: verified; Signature=v4',
  '-----BEGIN CERTIFICATE-----\nMIIEowIBAAKCAQEA7bqVx1\n-----END CERTIFICATE-----',
  'eyJust a word\nAnd.another.line',
  'the token ghp_short\nwas refused',
  'Setting {"name":"HOST","value":"db-1"} and name="x" value="y"',
  'Description: The queue of the pipeline token\n    Value: !Ref FailedEventsQueue',
  'const tokens = tokenizer(text); var jsTokens = require("js-tokens")',
  'if (password == null || token === undefined) fail',
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
      { numRuns: TRIES_ALL ? 300 : 100 },
    );
  });

  test('scheme://user:value@host is masked', () => {
    const password = fc
      .stringMatching(/^[A-Za-z0-9!#$%^*._~:@/-]{1,60}$/)
      // A port and a path, and the next address.
      .filter((text) => !/^\d{1,5}\/|:\/\//.test(text));
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

  test('find every kind of credential in the log of a script, and none after it was redacted', async () => {
    const samples = Object.entries(kinds).flatMap(([kind, shape]) =>
      fc.sample(fc.stringMatching(shape), { numRuns: 20, seed: 42 }).map((secret) => ({ kind, secret })),
    );
    const logs = samples.map(({ secret }) => `[stdout]deploying, see ${secret} of the shop\n[stderr]done`);
    const found = await secretlint(logs);
    const missed = samples.filter((_, index) => found[index]?.length === 0).map(({ kind }) => kind);
    // Of a kind whose samples secretlint does not know, nothing would be proven.
    for (const kind of Object.keys(kinds))
      expect([kind, missed.filter((missing) => missing === kind).length > 10]).toEqual([kind, false]);
    const left = (await secretlint(logs.map(redact))).flatMap((messages, index) =>
      messages.map((message) => `${message}: ${logs[index] ?? ''}`),
    );
    expect(left).toEqual([]);
    for (const log of logs) expect(redact(log)).toMatch(/^\[stdout\]deploying, see .* of the shop\n\[stderr\]done$/);
  });
});

/** What secretlint's recommended rules find in each text. */
function secretlint(texts: readonly string[]): Promise<readonly (readonly string[])[]> {
  const config = { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator }] };
  return Promise.all(
    texts.map(async (content) => {
      const source = { filePath: 'log.txt', content, contentType: 'text' as const, ext: '.txt' };
      const { messages } = await lintSource({ source, options: { config } });
      return messages.map(({ messageId }) => messageId);
    }),
  );
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
    '://a:b/',
    ':\\/\\/a:b',
    '%3A%2F%2Fa%3Ab',
    'http://a:"',
    'password: [',
    'password:{"a":',
    'password: ["a',
    "password: ['",
    'password%3D',
    'password:\n',
    'password: |\n ',
    'password: aa ',
    'password: aa bb cc dd',
    'password \t',
    '"password", "value',
    'password\u001b[1m',
    'authorization: x a=b, ',
    'authorization: x a="',
    'curl -u ',
    'curl -u a:',
    'docker login ',
    'eyJabcd\n',
    `eyJ${'a'.repeat(40)}\n`,
    'ghp_abcd\n',
    '-----BEGIN ',
    '-----END ',
    `${'a'.repeat(40)}\n`,
    `PRIVATE ${'a'.repeat(40)}\n`,
    'signature=',
    'alter password ',
    'create user ',
    'secretaccesskey ',
    'AKIAIOSFODNN7EXAMPLE ',
    '<password ',
    '<a name="',
    '-password ',
    'config set ',
    'npm_',
    'redis-cli -',
    'password"]',
    'SecureString\t',
    'SecureString","',
    'PASSWORD: PASSWORD_',
    'bearer is ',
  ])('of a text that repeats %j', (piece) => {
    const textOf = (length: number) => piece.repeat(Math.ceil(length / piece.length));
    // 8 times the text: 8 times the time in proportion, 64 times were it quadratic.
    expect(growth((length) => plain(textOf(length)), 8, 32)).toBeLessThan(32);
  });

  test('is measured by what would see the difference', () => {
    expect(growth((length) => '\\'.repeat(length / 10).replace(/(\\*["'])\*\*\*$/, ''), 4, 16)).toBeGreaterThan(8);
  });
});
