import { stripVTControlCharacters } from 'node:util';
import { createScreen } from './screen';

/* The terminal of `npm start`: nothing on it is wrapped by the terminal itself, and a pipe gets plain lines. */

function screenOf(stream: { isTTY: boolean; columns?: number; rows?: number }) {
  const written: string[] = [];
  const write = (text: string) => written.push(text);
  return { screen: createScreen({ ...stream, write } as unknown as NodeJS.WriteStream), written };
}

const SENTENCE = 'in CodePipeline: 40% CodeDeploy d-1: started, about 10s left (the last 3 took a median of 9s)';
const ADDRESS = `https://us-east-1.console.aws.amazon.com/codesuite/${'x'.repeat(80)}`;

test('sentences are broken at words; log lines, variables and addresses stay whole', () => {
  const { screen, written } = screenOf({ isTTY: true, columns: 60, rows: 24 });
  const whole = [`{"message": "${SENTENCE}"}`, `  GreenInstanceIds = ${'i-1,'.repeat(30)}`, ADDRESS];
  screen.print([SENTENCE, ...whole].join('\n'));
  const lines = written.join('').trimEnd().split('\n');
  expect(lines).toEqual([...lines.slice(0, 2), ...whole]);
  expect(lines.slice(0, 2).join(' ').replace(/ +/g, ' ')).toBe(SENTENCE);
  expect(Math.max(...lines.slice(0, 2).map((line) => line.length))).toBeLessThanOrEqual(60);
});

test('the block is never wider or higher than the terminal', () => {
  const { screen, written } = screenOf({ isTTY: true, columns: 20, rows: 5 });
  screen.draw?.(['1', '2', '3', '4', '5'].map((line) => line.repeat(40)));
  const block = stripVTControlCharacters(written.join('')).trimEnd();
  expect(block).toBe(['1', '2', '3'].map((line) => line.repeat(19)).join('\n'));
});

test('a pipe and a dumb terminal get plain lines, and no block', () => {
  vi.stubEnv('TERM', 'dumb');
  for (const isTTY of [false, true]) {
    const { screen, written } = screenOf({ isTTY, columns: 20, rows: 5 });
    screen.print(SENTENCE);
    expect(screen.draw).toBeUndefined();
    expect(written).toEqual([`${SENTENCE}\n`]);
  }
});
