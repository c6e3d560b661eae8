import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readTemplate } from '../cloudFormation.mjs';
import { samPackage } from '../field/samPackage';
import { pythonTools } from '../field/tools';

const APPLICATION = 'AWS::ServerlessRepo::Application';

type Request = Readonly<Record<string, unknown>>;

/** `sam package` and `sam publish` of what `sam build` left, as far as they go without AWS. */
export async function checkPublishing(builtTemplate: string): Promise<void> {
  await samPackage(builtTemplate, async ({ file, template, uploaded }) => {
    const { problems, CreateApplication, UpdateApplication, CreateApplicationVersion } = JSON.parse(
      execFileSync(path.join(pythonTools(), 'python'), ['scripts/sam/publish.py', file], { encoding: 'utf8' }),
    ) as { problems: readonly string[] } & Readonly<
      Record<'CreateApplication' | 'UpdateApplication' | 'CreateApplicationVersion', Request>
    >;
    assert.deepEqual(problems, []);
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    assert.equal(CreateApplication['SemanticVersion'], version);
    assert.equal(CreateApplicationVersion['SemanticVersion'], version);
    assert.equal(UpdateApplication['Description'], CreateApplication['Description']);
    assert.deepEqual(await uploaded(CreateApplication['LicenseUrl']), readFileSync('LICENSE'));
    assert.deepEqual(await uploaded(CreateApplication['ReadmeUrl']), readFileSync('README.md'));
    const published = readTemplate(String(CreateApplication['TemplateBody']));
    assert.equal(published.Metadata?.[APPLICATION], undefined);
    assert.deepEqual(Object.keys(published.Resources), Object.keys(template.Resources));
    const { CodeUri: code } = published.Resources['BlueGreenStageFunction']?.Properties as { CodeUri: unknown };
    assert.equal((await uploaded(code)).subarray(0, 2).toString(), 'PK');
  });
}
