// node scripts/package.mjs [--out FOLDER] [NAME=VALUE …]: writes lambda.zip (from dist/) and policy.json (from
// template.yaml), for a function that is set up by hand. NAME is Region, AccountId, FunctionName, or a parameter of
// the template. The zip has the same bytes for the same bundle: its order, times and modes are fixed.
process.env.TZ = 'UTC'; // a zip's times are local ones
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { parse, YAMLSeq } from 'yaml';
import { ZipFile } from 'yazl';

/** What the user got wrong: one line says it. */
class UsageError extends Error {}

try {
  await packageFunction();
} catch (error) {
  const isUsage = error instanceof UsageError || String(error.code).startsWith('ERR_PARSE_ARGS_');
  console.error(isUsage ? error.message : error);
  process.exitCode = 2;
}

async function packageFunction() {
  const { values: options, positionals } = parseArgs({
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
  const zip = new ZipFile();
  for (const name of names) {
    zip.addBuffer(await readFile(path.join('dist', name)), name, {
      mtime: new Date(Date.UTC(1980, 0, 1)),
      mode: 0o100644,
    });
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(file));
}

/** The role's policy, with CloudFormation's functions worked out. */
async function policyOf(file, given) {
  const template = parse(await readFile(file, 'utf8'), { customTags: cloudFormationTags() });
  const { BlueGreenStageFunctionRole: role } = template.Resources;
  const defaults = Object.entries(template.Parameters).map(([name, { Default }]) => [name, Default ?? '']);
  const { Region = 'REGION', AccountId = 'ACCOUNT_ID', FunctionName = 'blue-green-stage', ...parameters } = given;
  for (const name of Object.keys(parameters)) {
    if (Object.hasOwn(template.Parameters, name)) continue;
    const known = ['Region', 'AccountId', 'FunctionName', ...Object.keys(template.Parameters)].join(', ');
    throw new UsageError(`${file} has no parameter ${name}. There are: ${known}.`);
  }
  const none = Symbol('AWS::NoValue');
  const resources = {
    'BlueGreenStageLogGroup.Arn': `arn:aws:logs:${Region}:${AccountId}:log-group:/aws/lambda/${FunctionName}:*`,
    'FailedEventsQueue.Arn': `arn:aws:sqs:${Region}:${AccountId}:${FunctionName}-failed-events`,
  };
  const values = {
    ...Object.fromEntries(defaults),
    // A key that nobody has: the statement is there to be filled in, or to be taken out.
    SecretKmsKeyArn: `arn:aws:kms:${Region}:${AccountId}:key/KEY_ID`,
    ...parameters,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::Region': Region,
    'AWS::AccountId': AccountId,
    'AWS::NoValue': none,
    ...resources,
  };
  const lookUp = (name) => {
    if (!Object.hasOwn(values, name)) throw new Error(`scripts/package.mjs does not know \${${name}}.`);
    const isList = template.Parameters[name]?.Type === 'CommaDelimitedList';
    return isList && typeof values[name] === 'string' ? values[name].split(',') : values[name];
  };
  const functions = {
    Ref: lookUp,
    GetAtt: lookUp,
    Sub: (argument) => {
      const [text, own = {}] = Array.isArray(argument) ? argument : [argument];
      const names = work(own);
      return text.replace(/\$\{([^}]+)\}/g, (_, name) => names[name] ?? lookUp(name));
    },
    Join: ([separator, list]) => work(list).join(separator),
    Split: ([separator, text]) => work(text).split(separator),
    Equals: ([left, right]) => work(left) === work(right),
    Not: ([condition]) => !holds(condition),
    And: (conditions) => conditions.every(holds),
    Or: (conditions) => conditions.some(holds),
    If: ([condition, yes, no]) => work(holds({ Condition: condition }) ? yes : no),
  };
  function holds(condition) {
    return work(condition.Condition ? template.Conditions[condition.Condition] : condition);
  }
  function work(node) {
    if (Array.isArray(node)) return node.map(work).filter((item) => item !== none);
    if (node instanceof Call) return functions[node.name](node.argument);
    if (typeof node !== 'object' || node === null) return node;
    const entries = Object.entries(node).map(([key, value]) => [key, work(value)]);
    return Object.fromEntries(entries.filter(([, value]) => value !== none));
  }

  if (role.Properties.Policies.length !== 1) throw new Error('The role has more than one policy.');
  return work(role.Properties.Policies[0].PolicyDocument);
}

/** A CloudFormation function in its short form, `!Sub x`. */
function Call(name, argument) {
  this.name = name;
  this.argument = argument;
}

function cloudFormationTags() {
  return ['Ref', 'GetAtt', 'Sub', 'Join', 'Split', 'Equals', 'Not', 'And', 'Or', 'If'].flatMap((name) => {
    class CallSeq extends YAMLSeq {
      toJSON(_, context) {
        return new Call(name, super.toJSON(_, context));
      }
    }
    const tag = `!${name}`;
    return [
      { tag, resolve: (text) => new Call(name, text) },
      { tag, collection: 'seq', nodeClass: CallSeq },
    ];
  });
}
