import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface AwsCall {
  /** As in the SDK's package name, e.g. `codedeploy`. */
  readonly service: string;
  readonly operation: string;
}

/** What the function calls of AWS: the commands that src/ imports from the SDK. */
export function callsOfTheFunction(): readonly AwsCall[] {
  const found = new Map<string, AwsCall>();
  for (const file of readdirSync('src', { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    const source = readFileSync(path.join('src', file), 'utf8');
    for (const [, names = '', client = ''] of source.matchAll(/\{([^{}]*)\} from '@aws-sdk\/client-([\w-]+)'/g)) {
      const service = client.replaceAll('-', '');
      for (const [, operation = ''] of names.matchAll(/\b(\w+)Command\b/g)) {
        found.set(`${service} ${operation}`, { service, operation });
      }
    }
  }
  return [...found.values()];
}
