import { createLog, type Log, type LogFields } from '../../src/lib/log';
import { Redactor } from '../../src/lib/redaction';
import { ManualClock } from '../support/manualClock';

const TOKEN = 'f5a1c0ffee00d15ea5e0123456789abcdef';
const ENVIRONMENT = { ...process.env };

let written: string[];
beforeEach(() => {
  written = [];
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text: string | Uint8Array) => {
      written.push(text.toString());
      return true;
    });
  }
  delete process.env['POWERTOOLS_DEV'];
  delete process.env['POWERTOOLS_LOG_LEVEL'];
  delete process.env['AWS_LAMBDA_LOG_LEVEL'];
});
afterEach(() => {
  process.env = { ...ENVIRONMENT };
});

/** The lines as CloudWatch gets them, each of which must be a JSON object of its own. */
function lines(): Record<string, unknown>[] {
  const text = written.join('');
  expect(text === '' || text.endsWith('\n')).toBe(true);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const parsed: unknown = JSON.parse(line);
      if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new Error(`no object: ${line}`);
      return parsed as Record<string, unknown>;
    });
}

const clock = new ManualClock(0);

function logWith(...secrets: readonly string[]): { log: Log; redactor: Redactor } {
  const redactor = new Redactor();
  for (const secret of secrets) redactor.add(secret);
  return { log: createLog(redactor, clock), redactor };
}

describe('a line is one JSON object', () => {
  test.each(['info', 'warn', 'error'] as const)('%s: the sentence, its level, its time and its fields', (level) => {
    logWith().log[level]('Green is up.', { instances: 4, ready: true, id: 'd-1', nothing: undefined });
    expect(lines()).toEqual([
      expect.objectContaining({
        level: level.toUpperCase(),
        message: 'Green is up.',
        instances: 4,
        ready: true,
        id: 'd-1',
      }),
    ]);
    expect(lines()[0]).toHaveProperty('timestamp', expect.stringMatching(/^\d{4}-\d\d-\d\dT/));
    expect(lines()[0]).not.toHaveProperty('nothing');
  });

  test.each([
    ['several lines', 'one\ntwo\r\nthree'],
    ['quotes and backslashes', 'a "b" \\ c'],
    ['line separators of Unicode', 'a\u2028b\u2029c'],
    ['half a character', 'a\ud83d b'],
    ['control characters', 'a\u0000\u001b[31m b'],
    ['JSON', '{"message": "x"}'],
  ])('also with %s', (_name, text) => {
    logWith().log.error(text, { text });
    expect(lines()).toEqual([expect.objectContaining({ message: text, text })]);
  });

  test('a field cannot pass for the level or the time', () => {
    logWith().log.info('x', { level: 'ERROR', timestamp: 'never' });
    expect(lines().filter(({ message }) => message === 'x')).toEqual([expect.objectContaining({ level: 'INFO' })]);
    expect(lines().filter(({ timestamp }) => timestamp === 'never')).toEqual([]);
  });

  test('debug is silent, unless the level asks for it', () => {
    logWith().log.debug('quiet');
    expect(lines()).toEqual([]);
    process.env['POWERTOOLS_LOG_LEVEL'] = 'DEBUG';
    logWith().log.debug('loud', { a: 1 });
    expect(lines()).toEqual([expect.objectContaining({ level: 'DEBUG', message: 'loud', a: 1 })]);
  });
});

test('all lines carry the whole seconds since the action started, once that is known', () => {
  const { log } = logWith();
  log.info('first');
  log.countFrom(clock.now() - 10_000);
  clock.advance(2.4);
  log.info('second');
  log.countFrom(clock.now() - 60_000);
  log.warn('third');
  expect(lines().map(({ elapsedSeconds }) => elapsedSeconds)).toEqual([undefined, 12, 60]);
});

describe('remembered fields are in all later lines, and in those of this log alone', () => {
  test('one after the other; a later value replaces an earlier', () => {
    const { log } = logWith();
    log.info('first');
    log.remember({ jobId: 'job-1' });
    log.warn('second');
    log.remember({ phase: 'starting' });
    log.remember({ phase: 'launching' });
    log.error('third', { count: 1 });
    logWith().log.info('another log');
    const shown = lines().map(({ message, jobId, phase, count }) => [message, jobId, phase, count]);
    expect(shown).toEqual([
      ['first', undefined, undefined, undefined],
      ['second', 'job-1', undefined, undefined],
      ['third', 'job-1', 'launching', 1],
      ['another log', undefined, undefined, undefined],
    ]);
  });

  test('the field of a line is in that line only', () => {
    const { log } = logWith();
    log.info('first', { count: 1 });
    log.info('second');
    expect(lines()[1]).not.toHaveProperty('count');
  });
});

describe('no secret gets into a line', () => {
  test('neither one that is known from the start nor one that is learnt later', () => {
    const { log, redactor } = logWith('first-secret');
    log.info('first-secret here');
    log.remember({ remembered: `token=${TOKEN}` });
    redactor.add(TOKEN);
    log.info(`the token ${TOKEN} and first-secret`, { field: `x${TOKEN}x` });
    const [first, second] = lines();
    expect(first).toMatchObject({ message: '*** here' });
    expect(second).toMatchObject({ message: 'the token *** and ***', field: 'x***x', remembered: 'token=***' });
  });

  test.each([
    ['in JSON in JSON', 'a"b\\c-secret', JSON.stringify(JSON.stringify({ key: 'a"b\\c-secret' }))],
    ['in a URL', 'a b/c+secret=', `https://x/?t=${encodeURIComponent('a b/c+secret=')}`],
    ['in Base64', TOKEN, Buffer.from(TOKEN).toString('base64')],
    ['after Bearer, unknown to us', 'unknown-to-us-0123', 'Authorization: Bearer unknown-to-us-0123'],
  ])('%s', (how, secret, text) => {
    const { log } = how.includes('unknown') ? logWith() : logWith(secret);
    log.error(text, { text });
    expect(lines()).toHaveLength(1);
    const shown = JSON.stringify(lines()[0]);
    expect(shown).toContain('***');
    for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])
      expect(shown).not.toContain(form);
  });

  // The types allow no objects; should one ever come through, it is no hole.
  test.each<[string, (error: Error) => unknown]>([
    ['as a field', (error) => ({ error })],
    ['deeper', (error) => ({ a: { b: [{ error }] } })],
    ['as the cause of another', (error) => ({ error: new Error('outer', { cause: error }) })],
    ['beside itself', (error) => ({ error, again: error })],
  ])('nested error objects: %s', (_name, nest) => {
    const { log, redactor } = logWith();
    const error = Object.assign(new Error(`refused ${TOKEN}`), {
      config: { headers: { Authorization: `Bearer ${TOKEN}` } },
      code: `E-${TOKEN}`,
    });
    redactor.add(TOKEN);
    log.error('An error', nest(error) as LogFields);
    expect(lines()).toHaveLength(1);
    const shown = JSON.stringify(lines()[0]);
    expect(shown).toContain('refused ***');
    expect(shown).not.toContain(TOKEN);
  });

  test('an object that holds itself, or a BigInt, costs no line', () => {
    const knot: Record<string, unknown> = { big: 10n, secret: TOKEN };
    knot['self'] = knot;
    logWith(TOKEN).log.info('knotted', { knot } as unknown as LogFields);
    expect(lines()).toEqual([expect.objectContaining({ message: 'knotted', knot: { big: '10', secret: '***' } })]);
  });
});
