import type { CodeDeploy, CodeDeployDeployment, CreateOutcome } from '../../src/clients/codeDeploy/codeDeploy';
import type { DeploymentGroup, DeploymentGroupReader } from '../../src/clients/codeDeploy/deploymentGroup';
import type { DeploymentTarget, DeploymentTargets, TargetsRead } from '../../src/clients/codeDeploy/deploymentTargets';
import type {
  DeploymentGroupName,
  Elastigroup,
  ElastigroupDeployment,
  GroupInstance,
  StartRequest,
} from '../../src/clients/spot/elastigroup';
import type { Tag } from '../../src/clients/tag';
import type { ElastigroupEvent, ElastigroupEvents } from '../../src/clients/spot/elastigroupEvents';
import type { Ec2Instance, Ec2Instances } from '../../src/clients/ec2Instances';
import type { RevisionObject, RevisionStatus } from '../../src/clients/revisionObject';
import type { PipelineRuns } from '../../src/clients/pipelineRun';
import { newRunMemory, type RunMemory } from '../../src/deployment/runMemory';
import type { DeploymentContext } from '../../src/deployment/context';
import type { Log, LogFields } from '../../src/lib/log';
import type { UserParameters } from '../../src/input/userParameters/userParameters';
import { JOB, parametersWith, START } from './deploymentSamples';
import { ManualClock } from './manualClock';

/*
 * A DeploymentContext whose services answer what the test has scripted, in that order, and nothing else: a call without a scripted
 * answer fails the test, and so does an answer that nobody asked for.
 */

/** A scripted answer; an Error is thrown. */
export type Answer<T> = T | Error;

export const NO_RUNS: PipelineRuns = {
  identify: () => Promise.reject(new Error('the test did not expect the pipeline to be read')),
  executionStatus: () => Promise.reject(new Error('the test did not expect the pipeline to be read')),
  listActions: () => Promise.reject(new Error('the test did not expect the pipeline to be read')),
};

export const JOB_AT_HAND = { id: JOB, userParameters: '{}', continuationToken: 'v1.abc.def' };
const GENUINE = Promise.resolve({ ok: true, value: { run: undefined, data: JOB_AT_HAND } } as const);

/** What each call answers, first to last. */
export interface Script {
  readonly list?: readonly Answer<readonly ElastigroupDeployment[]>[];
  readonly start?: readonly Answer<ElastigroupDeployment>[];
  readonly stopElastigroup?: readonly Answer<'accepted'>[];
  /** An id alone: Spot does not say when it was created. */
  readonly groupInstances?: readonly Answer<readonly (string | GroupInstance)[]>[];
  readonly getDeployment?: readonly Answer<CodeDeployDeployment>[];
  readonly findDeployments?: readonly Answer<readonly CodeDeployDeployment[]>[];
  readonly create?: readonly Answer<CreateOutcome>[];
  readonly stopCodeDeploy?: readonly Answer<'stopping' | 'ended'>[];
  readonly green?: readonly Answer<readonly Ec2Instance[]>[];
  /** Of instances by their ids. */
  readonly described?: readonly Answer<readonly Ec2Instance[]>[];
  /** Preflight's; `none`: the Elastigroup has no CodeDeploy integration. */
  readonly integration?: readonly Answer<readonly DeploymentGroupName[] | 'none'>[];
  readonly deploymentGroup?: readonly Answer<DeploymentGroup>[];
  readonly revision?: readonly Answer<RevisionStatus>[];
  /** The diagnosis'. */
  readonly targets?: readonly Answer<readonly DeploymentTarget[]>[];
  readonly failedFirst?: readonly Answer<TargetsRead>[];
  readonly events?: readonly Answer<readonly ElastigroupEvent[]>[];
}

export interface FakeContextOptions {
  readonly parameters?: Partial<UserParameters>;
  readonly cleanupTimeoutSeconds?: number;
  /** Without it the pipeline execution is not read. */
  readonly pipelineRuns?: PipelineRuns;
  /** Milliseconds since the epoch. */
  readonly now?: number;
  readonly isSpotLimitTight?: boolean;
}

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly sentence: string;
  readonly fields: LogFields;
}

export class CollectedLog implements Log {
  readonly lines: LogLine[] = [];

  debug(sentence: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'debug', sentence, fields });
  }
  info(sentence: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'info', sentence, fields });
  }
  warn(sentence: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'warn', sentence, fields });
  }
  error(sentence: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'error', sentence, fields });
  }
  readonly remembered: LogFields[] = [];

  remember(fields: LogFields): void {
    this.remembered.push(fields);
  }

  startedAt: number | undefined;

  countFrom(startedAt: number): void {
    this.startedAt = startedAt;
  }
}

/** The answers that are left for each call, and the calls for which there was none. */
class Answers {
  readonly unexpected: string[] = [];
  private readonly left: Map<string, unknown[]>;

  constructor(script: Script) {
    this.left = new Map(Object.entries(script).map(([call, answers]) => [call, [...(answers as readonly unknown[])]]));
  }

  /** `call` decides the type: the script that the map was made from is typed by it. */
  take<K extends keyof Script>(call: K): Exclude<NonNullable<Script[K]>[number], Error> {
    const queue = this.left.get(call) ?? [];
    if (queue.length === 0) {
      this.unexpected.push(call);
      throw new Error(`the test did not script this call: ${call}`);
    }
    const answer = queue.shift();
    if (answer instanceof Error) throw answer;
    return answer as Exclude<NonNullable<Script[K]>[number], Error>;
  }

  unused(): string[] {
    return [...this.left].filter(([, queue]) => queue.length > 0).map(([call]) => call);
  }
}

export class FakeContext implements DeploymentContext {
  readonly clock: ManualClock;
  readonly parameters: UserParameters;
  readonly pipelineRuns: PipelineRuns;
  readonly runMemory: RunMemory;
  readonly cleanupTimeoutSeconds: number;
  readonly log = new CollectedLog();
  /** Every change that was asked for, in order, e.g. `stop Elastigroup cdbg-1`. Reads are not listed. */
  readonly changes: string[] = [];
  readonly startRequests: StartRequest[] = [];
  /** What each new CodeDeploy deployment is described as, where DESCRIPTION is not given. */
  readonly descriptions: (string | undefined)[] = [];
  /** `since` of every search of the deployment group. */
  readonly findSince: number[] = [];
  /** The ids of the instances that EC2 was asked for, each time. */
  readonly describedIds: (readonly string[])[] = [];
  /** The deployment whose targets were asked for, each time. */
  readonly targetsOf: string[] = [];
  /** From when until when the Elastigroup's events were asked for, each time. */
  readonly eventsBetween: (readonly [from: number, to: number])[] = [];
  readonly elastigroup: Elastigroup;
  readonly codeDeploy: CodeDeploy;
  readonly ec2Instances: Ec2Instances;
  readonly deploymentTargets: DeploymentTargets;
  readonly elastigroupEvents: ElastigroupEvents;
  readonly deploymentGroup: DeploymentGroupReader = { read: async () => this.answers.take('deploymentGroup') };
  readonly revisionObject: RevisionObject = { head: async () => this.answers.take('revision') };
  readonly isSpotLimitTight: () => boolean;
  private readonly answers: Answers;
  private readonly wrongArguments: string[] = [];
  private unusedIsFine = false;

  constructor(script: Script, options: FakeContextOptions = {}) {
    this.clock = new ManualClock(options.now ?? START);
    this.parameters = parametersWith(options.parameters);
    this.pipelineRuns = options.pipelineRuns ?? NO_RUNS;
    this.runMemory = {
      ...newRunMemory(JOB_AT_HAND, { isUnknownJobAllowed: false, givenExecutionId: undefined, run: undefined }),
      isOff: options.pipelineRuns === undefined,
      ...(options.pipelineRuns === undefined && { details: GENUINE }),
    };
    this.cleanupTimeoutSeconds = options.cleanupTimeoutSeconds ?? 300;
    this.isSpotLimitTight = () => options.isSpotLimitTight ?? false;
    this.answers = new Answers(script);
    this.elastigroup = this.fakeElastigroup();
    this.codeDeploy = this.fakeCodeDeploy();
    this.ec2Instances = {
      find: async (tag) => {
        this.expectGreenTag(tag);
        return this.answers.take('green');
      },
      describe: async (ids) => {
        this.describedIds.push(ids);
        return this.answers.take('described');
      },
    };
    this.deploymentTargets = {
      list: async (id) => {
        this.targetsOf.push(id);
        return this.answers.take('targets');
      },
      listFailedFirst: async (id) => {
        this.targetsOf.push(id);
        return this.answers.take('failedFirst');
      },
    };
    this.elastigroupEvents = {
      problemsBetween: async (from, to) => {
        this.eventsBetween.push([from, to]);
        return this.answers.take('events');
      },
    };
    // Not a hook of this file: it is loaded once, for all test files of a worker.
    onTestFinished(() => {
      expect(this.problems()).toEqual([]);
    });
  }

  /** For a test in which it does not matter which of the scripted answers are asked for. */
  forgetUnused(): void {
    this.unusedIsFine = true;
  }

  /** What the test and the code disagree about; empty where all is well. */
  problems(): string[] {
    return [
      ...this.answers.unexpected.map((call) => `${call} was called more often than scripted`),
      ...(this.unusedIsFine ? [] : this.answers.unused()).map((call) => `${call} was called less often than scripted`),
      ...this.wrongArguments,
    ];
  }

  private fakeElastigroup(): Elastigroup {
    return {
      listDeployments: async () => this.answers.take('list'),
      startDeployment: async (request) => {
        this.changes.push('start Elastigroup');
        this.startRequests.push(request);
        this.expectGreenTag(request.greenTag);
        return this.answers.take('start');
      },
      stopDeployment: async (id) => {
        this.changes.push(`stop Elastigroup ${id}`);
        this.answers.take('stopElastigroup');
      },
      listInstances: async () =>
        this.answers
          .take('groupInstances')
          .map((item) => (typeof item === 'string' ? { id: item, createdAt: undefined, isLocked: false } : item)),
      readGroup: async () => {
        const integration = this.answers.take('integration');
        return {
          deploymentGroups: integration === 'none' ? undefined : integration,
          targetCapacity: 2,
          tagKeys: ['GreenIdentifier'],
          hasLoadBalancers: false,
          healthCheckType: undefined,
          gracePeriodSeconds: undefined,
        };
      },
    };
  }

  private fakeCodeDeploy(): CodeDeploy {
    return {
      getDeployment: async (id) => {
        const deployment = this.answers.take('getDeployment');
        if (deployment.id !== id) this.wrongArguments.push(`getDeployment asked for ${id}, not ${deployment.id}`);
        return deployment;
      },
      findDeployments: async (since) => {
        this.findSince.push(since);
        return this.answers.take('findDeployments');
      },
      createDeployment: async (tag, description) => {
        this.changes.push('create CodeDeploy');
        this.descriptions.push(description);
        this.expectGreenTag(tag);
        return this.answers.take('create');
      },
      stopDeployment: async (id, { rollback }) => {
        this.changes.push(`stop CodeDeploy ${id}${rollback ? '' : ' without rollback'}`);
        return this.answers.take('stopCodeDeploy');
      },
    };
  }

  private expectGreenTag({ key, value }: Tag): void {
    if (key !== 'GreenIdentifier' || value !== JOB) this.wrongArguments.push(`a call with the tag ${key}=${value}`);
  }
}
