import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/** The pictures of the architecture and of the timeline are what scripts/pictures.mjs draws. */

const NAMES = ['architecture-dark.svg', 'architecture.svg', 'timeline-dark.svg', 'timeline.svg'];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'pictures-'));
  await promisify(execFile)(process.execPath, ['scripts/pictures.mjs', '--out', folder]);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('the script draws these', async () => {
  expect((await readdir(folder)).sort()).toEqual(NAMES);
});

test.each(NAMES)('docs/pictures/%s is what the script draws', async (name) => {
  const drawn = await readFile(path.join(folder, name), 'utf8');
  expect(await readFile(path.join('docs/pictures', name), 'utf8')).toBe(drawn);
  expect(drawn).not.toMatch(/undefined|NaN|\[object/);
});
