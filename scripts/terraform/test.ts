import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseUserParameters } from '../../src/input/userParameters/parseUserParameters';
import { runTool } from '../field/runTool';
import { tally } from '../field/tally';
import { checkovTools, goProgram, providerTypes } from '../field/tools';
import { problemsOf, type Block } from './problems';
import { schemaIn, type ResourceSchema } from './providerSchema';
import { assertAllAreCompared, compare, comparisons, type Bodies, type Given } from './sameAsTemplate';

/*
 * npm run test:terraform: examples/terraform/ under HashiCorp's parser, its resources against the providers' schemas, what it sets up against
 * template.yaml, and its action's parameters under the function's own code. Terraform itself, which is not on PyPI or npm, is not run.
 */

const EXAMPLE = 'examples/terraform';
const results = tally('build/terraform.json');
const GIVEN: Given = {
  name: 'deploy-shop',
  region: 'eu-west-1',
  accountId: '123456789012',
  parameters: {
    CodeDeployApplication: 'aws_codedeploy_app.application.name',
    CodeDeployDeploymentGroup: 'aws_codedeploy_deployment_group.production.deployment_group_name',
    SpotTokenSecret: 'spot/api-token',
    RevisionBucketArns: 'arn:aws:s3:::artifacts',
    FailedEventsReaderArns: 'arn:aws:iam::123456789012:role/Admin',
    NotificationTopicArn: 'arn:aws:sns:eu-west-1:123456789012:alarms',
  },
};

const types = providerTypes();
const evaluator = goProgram('scripts/terraform/evaluate');
if (evaluator === undefined) {
  console.log("NOT CHECKED: examples/terraform/, since HashiCorp's parser, a Go module, could not be had.");
  await results.check('the parser', () => assert.fail('it could not be had'));
} else {
  const folder = mkdtempSync(path.join(tmpdir(), 'terraform-'));
  try {
    await checkExample(evaluator, path.join(folder, 'example'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
await checkCheckov();
results.close();

async function checkExample(program: string, folder: string): Promise<void> {
  cpSync(EXAMPLE, folder, { recursive: true });
  runTool('npm', ['run', '--silent', 'package', '--', '--out', folder]);
  const schemas = schemasOf(folder);
  let bodies: Bodies = {};
  await results.check('it is parsed, and all that it refers to is there', () => {
    bodies = read(program, folder, schemas);
    assert(Object.keys(bodies).length > 20);
  });
  for (const [address, schema] of Object.entries(schemas)) {
    await results.check(`the provider's schema: ${address}`, () => {
      assertFits(bodies, address, schema);
    });
  }
  await results.check('examples/terraform/README.md names the versions of the schemas', () => {
    const page = readFileSync('examples/terraform/README.md', 'utf8');
    for (const [provider, address] of Object.entries({ aws: 'aws_sqs_queue', spotinst: 'spotinst_elastigroup_aws' })) {
      const [, version = ''] = new RegExp(`/${provider}/(\\d+\\.\\d+\\.\\d+)/docs/`).exec(types(address)) ?? [];
      assert.match(page, new RegExp(`${provider} ${version.replaceAll('.', '\\.')}\\b`));
    }
  });
  await results.check('each resource of template.yaml is compared', assertAllAreCompared);
  for (const logicalId of comparisons)
    await results.check(`as in template.yaml: ${logicalId}`, () => {
      compare(logicalId, bodies, GIVEN);
    });
  await results.check("the function's own code accepts the action's parameters", () => {
    checkUserParameters(bodies);
  });
  await checkMistakes(program, folder, schemas);
}

function read(program: string, folder: string, schemas: Readonly<Record<string, ResourceSchema>>): Bodies {
  const known = {
    Variables: {
      name: GIVEN.name,
      spot_account_id: 'act-1a2b3c4d',
      failed_events_reader_arns: [GIVEN.parameters['FailedEventsReaderArns']],
      alarm_topic_arns: [GIVEN.parameters['NotificationTopicArn']],
      image_id: 'ami-1',
      instance_profile_arn: 'arn:aws:iam::123456789012:instance-profile/shop',
      subnet_ids: ['subnet-1', 'subnet-2'],
      security_group_ids: ['sg-1'],
      target_group_name: 'shop-live',
      revision_bucket: 'revisions',
      artifact_bucket: 'artifacts',
    },
    Attributes: Object.fromEntries(Object.entries(schemas).map(([address, { attributes }]) => [address, attributes])),
    Values: {
      'data.aws_region.current.region': GIVEN.region,
      'data.aws_caller_identity.current.account_id': GIVEN.accountId,
      'spotinst_elastigroup_aws.production.id': 'sig-1a2b3c4d',
    },
  };
  const { stdout } = runTool(program, [folder], { input: JSON.stringify(known) });
  const found = JSON.parse(stdout) as readonly {
    kind: string;
    type: string;
    name: string;
    key?: string;
    body: Block;
  }[];
  return Object.fromEntries(
    found.map(({ kind, type, name, key, body }) => {
      const address = `${kind === 'resource' ? '' : `${kind}.`}${type}.${name}`;
      return [key === undefined ? address : `${address}["${key}"]`, body];
    }),
  );
}

function assertFits(bodies: Bodies, address: string, { entries }: ResourceSchema): void {
  const own = Object.entries(bodies).filter(([name]) => name.startsWith(`${address}.`));
  assert(own.length > 0, `there is no ${address}`);
  assert.deepEqual(
    own.flatMap(([name, body]) => problemsOf(body, entries, name)),
    [],
  );
}

/** Of all types that the folder names: `aws_sqs_queue`, `data.aws_region`. */
function schemasOf(folder: string): Record<string, ResourceSchema> {
  const text = textOf(folder);
  const named = Array.from(text.matchAll(/^(resource|data) "(\w+)"/gm), ([, kind, type = '']) =>
    kind === 'data' ? `data.${type}` : type,
  );
  return Object.fromEntries([...new Set(named)].sort().map((address) => [address, schemaIn(types(address))]));
}

function textOf(folder: string): string {
  const files = readdirSync(folder).filter((name) => name.endsWith('.tf'));
  return files.map((name) => readFileSync(path.join(folder, name), 'utf8')).join('\n');
}

function checkUserParameters(bodies: Bodies): void {
  const actions = (bodies['aws_codepipeline.application']?.blocks['stage'] ?? []).flatMap(
    ({ blocks }) => blocks['action'] ?? [],
  );
  const [action] = actions.filter(({ attributes }) => attributes['provider'] === 'Lambda');
  const { UserParameters: text = '' } = action?.attributes['configuration'] as { UserParameters?: string };
  const resolved = text.replace(/#\{[^}]*\}/g, '0123456789abcdef0123456789abcdef01234567').replaceAll(
    // Values that only the provider knows.
    /aws_\w+\.\w+\.\w+/g,
    'shop',
  );
  const job = { inputArtifacts: [{ name: 'Revision', bucket: 'artifacts', key: 'k' }] };
  const parsed = parseUserParameters(resolved, job, { tokenSecret: 'spot/api-token' });
  assert.equal(parsed.ok, true, JSON.stringify(parsed));
}

/** Each in a copy of its own. */
async function checkMistakes(
  program: string,
  folder: string,
  schemas: Readonly<Record<string, ResourceSchema>>,
): Promise<void> {
  const mistakes: Readonly<Record<string, readonly [file: string, from: string, to: string, told: RegExp]>> = {
    'a name that is not declared': [
      'outputs.tf',
      'aws_sqs_queue.failed_events.id',
      'aws_sqs_queue.failed.id',
      /failed/,
    ],
    'an attribute that there is not': ['outputs.tf', 'failed_events.id', 'failed_events.adress', /adress/],
    'an undeclared variable': ['alarms.tf', 'var.alarm_topic_arns', 'var.topics', /topics/],
    'a wrong argument': ['function.tf', 'handler          =', 'handlr           =', /has no handlr/],
    'a wrong argument in a block': [
      'elastigroup.tf',
      'cleanup_on_failure  ',
      'clean_on_failure    ',
      /codedeploy has no clean/,
    ],
    'a block as an argument': ['elastigroup.tf', 'deployment_groups {', 'deployment_groups = {', /is a block/],
    'a number as a text': [
      'function.tf',
      'timeout          = 900',
      'timeout          = "900"',
      /timeout is not of the type/,
    ],
    'a required argument that lacks': ['elastigroup.tf', '  fallback_to_ondemand    = true\n', '', /lacks fallback/],
    'an ignored change of nothing': ['elastigroup.tf', '[desired_capacity]', '[desired]', /no desired to ignore/],
    'another form than that of terraform fmt': ['alarms.tf', 'period              =', 'period =', /terraform fmt/],
    'another environment': [
      'function.tf',
      'POLL_WINDOW_SECONDS          = "240"',
      'POLL_WINDOW                  = "240"',
      /POLL_WINDOW/,
    ],
    'another permission': ['function.tf', '"s3:ListBucket"', '"s3:GetBucketAcl"', /GetBucketAcl/],
    'another alarm': ['alarms.tf', 'threshold  = 180000', 'threshold  = 60000', /60000/],
  };
  for (const [name, [file, from, to, told]] of Object.entries(mistakes)) {
    await results.check(`a planted mistake is found: ${name}`, () => {
      const copy = path.join(folder, '../mistake');
      cpSync(folder, copy, { recursive: true });
      const text = readFileSync(path.join(copy, file), 'utf8');
      assert(text.includes(from), `${file} has no ${from}`);
      writeFileSync(path.join(copy, file), text.replace(from, to));
      try {
        assert.throws(() => {
          const bodies = read(program, copy, schemas);
          for (const [address, schema] of Object.entries(schemas)) assertFits(bodies, address, schema);
          for (const logicalId of comparisons) compare(logicalId, bodies, GIVEN);
        }, told);
      } finally {
        rmSync(copy, { recursive: true });
      }
    });
  }
}

/** No finding without a written reason: `# checkov:skip=ID:reason` in the resource. */
async function checkCheckov(): Promise<void> {
  await results.check('checkov has nothing to say that the files do not explain', () => {
    const options = ['--quiet', '--compact', '--skip-download', '--framework', 'terraform'];
    runTool(path.join(checkovTools(), 'checkov'), [...options, '--directory', EXAMPLE]);
  });
}
