// node scripts/package.mjs [--out FOLDER] [NAME=VALUE …]: writes lambda.zip (from dist/, with the licences) and policy.json
// (from template.yaml), for a function that is set up by hand. NAME is Region, AccountId, FunctionName, or a parameter of
// the template. The zip has the same bytes for the same bundle: its order, times and modes are fixed.
process.env.TZ = 'UTC'; // a zip's times are local ones
import { Buffer } from 'node:buffer';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { evaluate, readTemplate } from './cloudFormation.mjs';
import { thirdPartyNotices } from './notices.mjs';
import { readArguments } from './readArguments.mjs';
import { UsageError } from './usageError.mjs';

try {
  await packageFunction();
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = 2;
}

async function packageFunction() {
  const { values: options, positionals } = readArguments({
    allowPositionals: true,
    options: { out: { type: 'string', default: 'dist' } },
  });
  const policy = await policyOf('template.yaml', Object.fromEntries(positionals.map(splitAssignment)));
  await mkdir(options.out, { recursive: true });
  await writeZip(path.join(options.out, 'lambda.zip'));
  await writeFile(path.join(options.out, 'policy.json'), `${JSON.stringify(policy, undefined, 2)}\n`);
  console.log(`Wrote lambda.zip and policy.json into ${options.out}.`);
}

function splitAssignment(text) {
  const [name, ...value] = text.split('=');
  if (value.length === 0) throw new UsageError(`"${text}" is not NAME=VALUE.`);
  return [name, value.join('=')];
}

async function writeZip(file) {
  const entries = await readdir('dist', { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative('dist', path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter((name) => /\.mjs(\.map)?$/.test(name))
    .sort();
  if (!names.includes('handler.mjs')) throw new UsageError('dist/handler.mjs is missing: run npm run build first.');
  const metafile = JSON.parse(await readFile('build/dist.meta.json', 'utf8'));
  const zip = new ZipFile();
  const add = (name, content) => {
    zip.addBuffer(content, name, { mtime: new Date(Date.UTC(1980, 0, 1)), mode: 0o100644 });
  };
  add('LICENSE', await readFile('LICENSE'));
  add('THIRD-PARTY-NOTICES', Buffer.from(await thirdPartyNotices(metafile)));
  for (const name of names) add(name, await readFile(path.join('dist', name)));
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(file));
}

/** The role's policy, with CloudFormation's functions worked out. */
async function policyOf(file, given) {
  const template = readTemplate(await readFile(file, 'utf8'));
  const { Region = 'REGION', AccountId = 'ACCOUNT_ID', FunctionName = 'blue-green-stage', ...parameters } = given;
  for (const name of Object.keys(parameters)) {
    if (Object.hasOwn(template.Parameters, name)) continue;
    const known = ['Region', 'AccountId', 'FunctionName', ...Object.keys(template.Parameters)].join(', ');
    throw new UsageError(`${file} has no parameter ${name}. There are: ${known}.`);
  }
  const required = Object.keys(template.Parameters).filter((name) => template.Parameters[name].Default === undefined);
  const { Policies: policies } = template.Resources.BlueGreenStageFunctionRole.Properties;
  if (policies.length !== 1) throw new Error('The role has more than one policy.');
  return evaluate(template, policies[0].PolicyDocument, {
    ...Object.fromEntries(required.map((name) => [name, wordFor(name)])),
    ...parameters,
    'AWS::Region': Region,
    'AWS::AccountId': AccountId,
    'BlueGreenStageLogGroup.Arn': `arn:aws:logs:${Region}:${AccountId}:log-group:/aws/lambda/${FunctionName}:*`,
    'FailedEventsQueue.Arn': `arn:aws:sqs:${Region}:${AccountId}:${FunctionName}-failed-events`,
  });
}

/** `CodeDeployApplication` → `CODE_DEPLOY_APPLICATION`: a word to replace, in place of a value that must be given. */
function wordFor(name) {
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
}
