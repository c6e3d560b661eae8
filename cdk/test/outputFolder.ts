import { mkdirSync, mkdtempSync } from 'node:fs';
import path from 'node:path';

/** Where an app is synthesized: `build/`, which git and the package leave out. */
export function outputFolder(): string {
  const build = path.resolve(__dirname, '../build');
  mkdirSync(build, { recursive: true });
  return mkdtempSync(path.join(build, 'cdk.out-'));
}
