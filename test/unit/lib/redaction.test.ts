import fc from 'fast-check';
import { Redactor } from '../../../src/lib/redaction';
import { anyCharacter } from '../../support/anyCharacter';
import { TRIES_ALL } from '../../support/triesAll';

function redactorOf(...secrets: string[]): Redactor {
  const redactor = new Redactor();
  for (const secret of secrets) redactor.add(secret);
  return redactor;
}

/** The forms in which a secret may stand in a text, made without the code under test. */
function formsOf(secret: string): string[] {
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    ...(secret.isWellFormed() ? [encodeURIComponent(secret)] : []),
    JSON.stringify(secret).slice(1, -1).split('/').join('\\/'),
    ...(secret.isWellFormed() ? percentForms(secret) : []),
    Buffer.from(secret).toString('base64'),
    Buffer.from(secret).toString('base64').replace(/=/g, ''),
    Buffer.from(secret).toString('base64url'),
  ];
}

/** As other languages and services write it: small letters, twice, as a form, with every special character, or all but the slash. */
function percentForms(secret: string): string[] {
  const byte = (code: number) => `%${code.toString(16).padStart(2, '0')}`;
  const bytes = (kept: RegExp) =>
    [...Buffer.from(secret)].map((code) => {
      const character = String.fromCharCode(code);
      return code < 128 && kept.test(character) ? character : byte(code);
    });
  const strict = bytes(/[\w.-]/).join('');
  return [
    strict,
    strict.toUpperCase() === strict
      ? strict
      : bytes(/[\w.-]/)
          .map((part) => (part.length > 1 ? part.toUpperCase() : part))
          .join(''),
    encodeURIComponent(encodeURIComponent(secret)),
    bytes(/[\w.~/-]/).join(''),
    new URLSearchParams({ a: secret }).toString().slice(2),
  ];
}

const anySecret = fc
  .oneof(
    fc.string({ minLength: 4, maxLength: 60 }),
    fc.string({ minLength: 4, maxLength: 60, unit: anyCharacter }),
    // Of few letters, and with the mask's own: these meet themselves and what is around them.
    fc.string({ minLength: 4, maxLength: 8, unit: fc.constantFrom('a', 'b', '*', '"', '\\', ' ') }),
    fc.stringMatching(/^[A-Za-z0-9/+]{40}$/),
  )
  // One that contains the mask cannot be told from a mask and what stands behind it.
  .filter((secret) => !secret.includes('***'));
const anyText = fc.oneof(
  fc.string({ maxLength: 80 }),
  fc.string({ maxLength: 80, unit: anyCharacter }),
  fc.string({ maxLength: 40, unit: fc.constantFrom('a', 'b', '*', '"', '\\', ' ') }),
  fc.constantFrom('{"token":"', 'Authorization: Bearer ', 'API_TOKEN=', '"}', '&accountId=act-1', '***'),
);

describe('a known secret', () => {
  test('is gone in every form, whatever it is and whatever stands around it', () => {
    fc.assert(
      fc.property(anySecret, fc.nat(11), anyText, anyText, anyText, (secret, which, before, between, after) => {
        const form = formsOf(secret)[which] ?? secret;
        const clean = redactorOf(secret).redact(before + form + between + secret + after);
        for (const hidden of formsOf(secret)) expect(clean).not.toContain(hidden);
      }),
      { numRuns: TRIES_ALL ? 1000 : 200 },
    );
  });

  test('is gone beside others, also where one is the beginning or the end of another', () => {
    fc.assert(
      fc.property(fc.array(anySecret, { minLength: 1, maxLength: 4 }), anyText, anyText, (secrets, glue, after) => {
        const all = [...secrets, ...secrets.map((secret) => secret + glue)].filter(({ length }) => length >= 4);
        const clean = redactorOf(...all).redact(all.join(glue) + after);
        for (const secret of all) for (const hidden of formsOf(secret)) expect(clean).not.toContain(hidden);
      }),
    );
  });

  test.each([
    ['b***', 'bb***'],
    ['a***b', 'aa***bb'],
    ['****', '*******'],
    ['bearer ***', 'Bearer bearer abc'],
  ])('does not arise anew around the mask: %p in %p', (secret, text) => {
    expect(redactorOf(secret).redact(text)).not.toContain(secret);
  });

  test('leaves the rest of the text as it is', () => {
    expect(redactorOf('s3cr3t-value').redact('HTTP 401: the token s3cr3t-value is not known.')).toBe(
      'HTTP 401: the token *** is not known.',
    );
  });

  test('of fewer than 4 characters would take words out of every sentence, and is not one', () => {
    expect(redactorOf('the', '').redact('the token')).toBe('the token');
  });

  test('may hold what is special in a regular expression or a replacement', () => {
    expect(redactorOf('$&.*+?^(x').redact('a $&.*+?^(x b')).toBe('a *** b');
  });
});

test('a secret that was cut off is masked, in every form, where 12 or more characters of either end are left', () => {
  const anyLongSecret = fc.oneof(
    fc.stringMatching(/^[A-Za-z0-9/+"\\]{16,60}$/),
    fc.string({ minLength: 16, maxLength: 60 }),
  );
  fc.assert(
    fc.property(anyLongSecret, fc.nat(11), fc.nat(), fc.boolean(), (secret, which, rest, isBeginning) => {
      const form = formsOf(secret)[which] ?? secret;
      const length = 12 + (rest % (form.length - 11));
      const piece = isBeginning ? form.slice(0, length) : form.slice(-length);
      // Between two characters that are in no secret here.
      const clean = redactorOf(secret).redact(`see ‖${piece}‖ there`);
      for (let from = 0; from + 12 <= piece.length; from += 1)
        expect(clean).not.toContain(piece.slice(from, from + 12));
      expect(clean.startsWith('see ‖')).toBe(true);
      expect(clean.endsWith('‖ there')).toBe(true);
    }),
    { numRuns: TRIES_ALL ? 1000 : 200 },
  );
});

test('11 characters of a secret are not taken for it', () => {
  expect(redactorOf('0123456789abcdef').redact('0123456789a 56789abcdef')).toBe('0123456789a 56789abcdef');
});

test('redacting twice changes nothing more', () => {
  fc.assert(
    fc.property(fc.array(anySecret, { maxLength: 3 }), fc.array(anyText, { maxLength: 6 }), (secrets, pieces) => {
      const redactor = redactorOf(...secrets);
      const once = redactor.redact(pieces.join(secrets[0] ?? ''));
      expect(redactor.redact(once)).toBe(once);
    }),
    { numRuns: TRIES_ALL ? 500 : 100 },
  );
});

test('text without secrets stays as it is', () => {
  const harmless = [
    'CodeDeploy d-1A2B3C: 2 of 4 instances done, 3m10s of 10m',
    '- API_TOKEN: is empty. Expected: the Spot API token.',
    '- API_TOKEN, API_TOKEN_SECRET: are both given. Expected: one of them, preferably the secret.',
    '- API_TOKEN_SECRET: is missing',
    'User: arn:aws:sts::111122223333:assumed-role/stage is not authorized to perform: codedeploy:CreateDeployment',
    'Spot rejected the API token: the bearer is unknown'.replace('bearer is', 'owner is'),
    's3://revisions/shop.zip?versionId=abc',
  ];
  for (const text of harmless) expect(redactorOf('unrelated-secret').redact(text)).toBe(text);
});

describe('a secret that nobody has told', () => {
  // Letters and digits that begin with a mark, so that a piece of it is found however it is cut.
  const unknown = fc.stringMatching(/^[A-Za-z0-9]{6,40}$/).map((value) => `Zq${value}`);
  const pieceOf = (value: string) => value.slice(-6);

  test('is masked after Bearer, in any case', () => {
    fc.assert(
      fc.property(unknown, fc.constantFrom('Bearer ', 'bearer ', 'BEARER  '), (value, word) => {
        expect(redactorOf().redact(`got "Authorization: ${word}${value}", sorry`)).not.toContain(pieceOf(value));
        expect(redactorOf().redact(`the ${word}${value}.`)).not.toContain(pieceOf(value));
      }),
    );
  });

  test('is masked in an Authorization header of any scheme and notation', () => {
    fc.assert(
      fc.property(unknown, fc.constantFrom('', 'Bearer ', 'Basic ', 'Digest-X '), (value, scheme) => {
        const notations = [
          `Authorization: ${scheme}${value}`,
          `authorization=${scheme}${value}`,
          JSON.stringify({ headers: { Authorization: `${scheme}${value}` } }),
          JSON.stringify(JSON.stringify({ authorization: `${scheme}${value}` })),
          `{ Authorization: '${scheme}${value}', Accept: 'x' }`,
          `curl -H 'Authorization: ${scheme}${value}' https://api.spotinst.io`,
        ];
        for (const text of notations) expect(redactorOf().redact(text)).not.toContain(pieceOf(value));
      }),
    );
  });

  const NAMES = ['secretAccessKey', 'sessionToken', 'accessKeyId', 'API_TOKEN'];

  test.each(NAMES)('is masked as the JSON member %s, also in JSON inside JSON', (name) => {
    fc.assert(
      fc.property(unknown, fc.string(), fc.string(), (value, before, after) => {
        const json = JSON.stringify({ [name]: `${before}${value}${after}`, next: 'is kept' });
        for (const text of [json, JSON.stringify({ body: json }), JSON.stringify([JSON.stringify({ body: json })])]) {
          expect(redactorOf().redact(text)).not.toContain(value);
        }
      }),
    );
  });

  test.each(NAMES)('is masked as the JSON member %s of a text that was cut off', (name) => {
    const text = JSON.stringify({ [name]: 'abc def,ghi' });
    for (let length = text.indexOf('abc') + 1; length < text.length; length += 1)
      expect(redactorOf().redact(text.slice(0, length))).not.toContain('abc');
    expect(redactorOf().redact(text.slice(0, -2))).not.toContain('ghi');
  });

  test('is masked up to its closing quote, and not beyond', () => {
    const text = '{"sessionToken":"a b, c; d","next":"is kept"}';
    expect(redactorOf().redact(text)).toBe('{"sessionToken":"***","next":"is kept"}');
    expect(redactorOf().redact(JSON.stringify(text))).toBe(JSON.stringify('{"sessionToken":"***","next":"is kept"}'));
  });

  test.each(['AKIAIOSFODNN7EXAMPLE', 'ASIAIOSFODNN7EXAMPLE'])('is masked as an access key id: %s', (id) => {
    expect(redactorOf().redact(`key ${id}, region`)).toBe('key ***, region');
  });

  test('is masked unquoted after its name', () => {
    expect(redactorOf().redact('API_TOKEN=abcdef other')).toBe('API_TOKEN=*** other');
    expect(redactorOf().redact('secretAccessKey: abcdef, next')).toBe('secretAccessKey: ***, next');
    expect(redactorOf().redact('"API_TOKEN": abcdef}')).toBe('"API_TOKEN": ***}');
  });
});

test.each([
  [
    '[request: GET /x, Authorization: Bearer abc.def]. Check the token.',
    '[request: GET /x, Authorization: ***]. Check the token.',
  ],
  ['[Authorization: Bearer abc.def] failed', '[Authorization: ***] failed'],
  ['(Authorization: Bearer a]b.c]', '(Authorization: ***]'],
])('what closes a bracket after a secret stays: %s', (text, clean) => {
  expect(new Redactor().redact(text)).toBe(clean);
});
