import { DEFAULT_ACCOUNT, type Account } from './account';
import { awsJsonError } from './awsJson';
import { AwsThrottle, throttledAnswer } from './awsThrottle';
import { describeCall, type CallDescription } from './calls';
import { CodeDeployApi } from './codedeploy/api';
import { Deployments } from './codedeploy/deployments';
import { CodePipelineApi } from './codepipeline/api';
import { Executions } from './codepipeline/executions';
import { Jobs } from './codepipeline/jobs';
import type { Context } from './context';
import { Ec2Api, ec2Error } from './ec2/api';
import { Fleet } from './ec2/fleet';
import { seedOthers } from './others';
import { DEFAULT_OPTIONS, type WorldOptions } from './options';
import { Random } from './random';
import type { Scenario } from './scenario';
import { headObject } from './s3';
import { Schedule } from './schedule';
import { SecretsApi } from './secrets';
import { SpotApi } from './spot/api';
import { TargetGroup } from './traffic/targetGroup';
import { Elastigroup } from './spot/elastigroup';
import type { EarlyRequest, RateLimit } from './spot/rateLimit';
import { ServiceError, type WireRequest, type WireResponse } from './wire';

export interface WorldSettings {
  /** Upstream time, ms since the epoch; it may jump. */
  readonly now: () => number;
  readonly seed: number;
  readonly scenario: Scenario;
  /** The scenario's own options go before these. */
  readonly options?: Partial<WorldOptions>;
  /** One for all worlds of an organisation; without it the world has its own. */
  readonly spotRateLimit?: RateLimit;
  /** One for all worlds of an AWS account; without it the world has its own. */
  readonly awsThrottle?: AwsThrottle;
}

export interface LoggedCall {
  /** ms since the epoch, upstream time */
  readonly at: number;
  readonly service: CallDescription['service'];
  readonly operation: string;
  readonly status: number;
}

/**
 * A simulated account: Spot, CodeDeploy, EC2, Secrets Manager, S3 and CodePipeline's jobs, on the wire's own bytes. It
 * is pure: the same seed, clock and requests give the same answers. A checker reads all that happened from its fields.
 */
export class World {
  readonly scenario: Scenario;
  readonly account: Account;
  readonly options: WorldOptions;
  readonly random: Random;
  readonly ec2: Fleet;
  readonly traffic: TargetGroup;
  readonly codeDeploy: Deployments;
  readonly spot: Elastigroup;
  readonly jobs: Jobs;
  readonly executions: Executions;
  readonly calls: LoggedCall[] = [];
  /** What the simulator serves, each as `service operation`. */
  readonly operations: ReadonlySet<string>;
  /** Requests for operations that the simulator does not know. */
  readonly unexpectedCalls: WireRequest[] = [];
  readonly #schedule: Schedule;
  readonly #awsThrottle: AwsThrottle;
  readonly #apis: {
    readonly spot: SpotApi;
    readonly codeDeploy: CodeDeployApi;
    readonly codePipeline: CodePipelineApi;
    readonly ec2: Ec2Api;
    readonly secrets: SecretsApi;
  };
  readonly #context: Context;

  constructor({ now, seed, scenario, options, spotRateLimit, awsThrottle }: WorldSettings) {
    this.scenario = scenario;
    this.options = { ...DEFAULT_OPTIONS, ...options, ...scenario.options };
    this.account = { ...DEFAULT_ACCOUNT, ...this.options.account };
    this.#awsThrottle = awsThrottle ?? new AwsThrottle(this.options.awsLimits);
    this.random = new Random(seed);
    this.#schedule = new Schedule(now);
    const { account, random } = this;
    const { durations, script } = scenario;
    const context: Context = { schedule: this.#schedule, random, account, options: this.options, durations, script };
    this.#context = context;
    this.ec2 = new Fleet(context);
    this.traffic = new TargetGroup(context, this.ec2);
    this.codeDeploy = new Deployments(context, this.ec2, this.traffic);
    this.spot = new Elastigroup(context, this.ec2, this.codeDeploy, this.traffic);
    this.jobs = new Jobs(context);
    this.executions = new Executions(context);
    this.#apis = {
      spot: new SpotApi(context, this.spot, this.ec2, spotRateLimit),
      codeDeploy: new CodeDeployApi(context, this.codeDeploy),
      codePipeline: new CodePipelineApi(context, this.jobs, this.executions),
      ec2: new Ec2Api(context, this.ec2),
      secrets: new SecretsApi(context),
    };
    this.operations = new Set([
      ...named('spot', SPOT_OPERATIONS),
      ...named('codedeploy', this.#apis.codeDeploy.operations),
      ...named('codepipeline', this.#apis.codePipeline.operations),
      ...named('ec2', ['DescribeInstances']),
      ...named('secretsmanager', ['GetSecretValue']),
      ...named('s3', ['HeadObject']),
    ]);
    seedOthers(context, this.spot, this.codeDeploy);
  }

  /** The time of the world, once it has caught up (ms). */
  get time(): number {
    return this.#schedule.time;
  }

  /** When the next event is due, if any (ms). */
  get nextEventAt(): number | undefined {
    return this.#schedule.nextAt;
  }

  /** Requests to Spot that came before a 429's reset was over. */
  get earlyAfter429(): readonly EarlyRequest[] {
    return this.#apis.spot.rateLimit.early;
  }

  /** Elastigroup deployments that a stop undid after CodeDeploy had succeeded: a violation. */
  get rolledBackAfterSuccess(): readonly string[] {
    return this.spot.deployments.filter((deployment) => deployment.rolledBackAfterSuccess).map(({ id }) => id);
  }

  /** Runs all that is due by now. Every request does it first. */
  catchUp(): void {
    this.#schedule.catchUp();
  }

  handle(request: WireRequest): WireResponse {
    this.catchUp();
    const call = describeCall(request);
    const response = withRequestId(call, this.#dispatch(call, request), this.calls.length);
    this.calls.push({ at: this.time, service: call.service, operation: call.operation, status: response.status });
    return response;
  }

  /** Spot's 429 for an injected fault: the route stays blocked for that long. */
  blockSpotRoute(request: WireRequest, seconds: number): WireResponse {
    this.catchUp();
    return this.#apis.spot.block(request, seconds);
  }

  #dispatch(call: CallDescription, request: WireRequest): WireResponse {
    if (!this.operations.has(`${call.service} ${call.operation}`)) this.unexpectedCalls.push(request);
    if (!this.#awsThrottle.allows(call, this.time)) return throttledAnswer(call.service);
    try {
      return this.#route(call, request);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      return call.service === 'ec2' ? ec2Error(error, this.random.uuid()) : awsJsonError(error);
    }
  }

  #route({ service, operation }: CallDescription, request: WireRequest): WireResponse {
    switch (service) {
      case 'spot':
        return this.#apis.spot.handle(request);
      case 'codedeploy':
        return this.#apis.codeDeploy.handle(operation, request);
      case 'codepipeline':
        return this.#apis.codePipeline.handle(operation, request);
      case 'ec2':
        return this.#apis.ec2.handle(operation, request);
      case 'secretsmanager':
        return this.#apis.secrets.handle(operation, request);
      case 's3':
        return headObject(this.#context);
    }
  }
}

/** AWS gives every answer an id; Spot has its own in the body. Counted, so that the world's random numbers stay the same. */
export function withRequestId({ service }: CallDescription, response: WireResponse, count: number): WireResponse {
  if (service === 'spot') return response;
  const id = `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`;
  const header = service === 's3' ? 'x-amz-request-id' : 'x-amzn-requestid';
  return { ...response, headers: { ...response.headers, [header]: id } };
}

const SPOT_OPERATIONS = [
  'POST blueGreenDeployment',
  'GET blueGreenDeployment',
  'PUT stop',
  'GET group',
  'GET status',
  'GET logs',
];

function named(service: CallDescription['service'], operations: readonly string[]): readonly string[] {
  return operations.map((operation) => `${service} ${operation}`);
}
