import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { lambdaFunction } from './lambdaFunction';

test('a process that is invoked often is listened to once at a time', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'lambda-'));
  const bundle = path.join(folder, 'handler.mjs');
  writeFileSync(bundle, 'export const handler = async () => undefined;\n');
  const warnings: string[] = [];
  const onWarning = ({ name }: Error) => void warnings.push(name);
  process.on('warning', onWarning);
  const invoked = lambdaFunction({ bundle, env: {} });
  try {
    for (let count = 0; count < 12; count += 1) await invoked.invoke({}, 10);
    expect(warnings).toEqual([]);
  } finally {
    invoked.kill();
    process.off('warning', onWarning);
    rmSync(folder, { recursive: true });
  }
});
