import type { Artifact, CodePipelineEvent } from 'aws-lambda';
import {
  DEFAULT_ARTIFACT,
  eventOf,
  jobData,
  userParametersFor,
  type ActionConfiguration,
  type JobData,
} from './codepipeline/event';
import type { Execution, StopKind } from './codepipeline/executions';
import type { ExecutionDetails, FailureDetails, Job, JobResult } from './codepipeline/model';
import type { World } from './world';

export interface PipelineClock {
  /** ms */
  now(): number;
  /** Resolves after that time (ms), or at once when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface InvocationInfo {
  /** Jobs of the action count from 0. */
  readonly jobIndex: number;
  /** 0 for the event itself, 1 and more for duplicates of it. */
  readonly copy: number;
  /** 0 for the first try, 1 and 2 for Lambda's retries. */
  readonly attempt: number;
}

/** One run of the function: it resolves when the function returned, and rejects when it threw or was killed. */
export type Invoke = (event: CodePipelineEvent, info: InvocationInfo) => Promise<void>;

export interface Duplicate {
  /** The index of the job whose event is delivered once more. */
  readonly which: number;
  /** After the first delivery; 0 = at the same time. */
  readonly delaySeconds: number;
}

export interface ActionLimits {
  /** A job without an answer for so long fails the action (docs/services.md, CodePipeline). */
  readonly noAnswerSeconds: number;
  /** How long the action may run in all (docs/services.md, CodePipeline). */
  readonly actionSeconds: number;
  /** An event that is older is dropped: MaximumEventAgeInSeconds in template.yaml. */
  readonly eventAgeSeconds: number;
  /** Waits before Lambda's retries of a failed invocation (docs/services.md, CodePipeline). */
  readonly retryDelaysSeconds: readonly number[];
}

export const AWS_LIMITS: ActionLimits = {
  noAnswerSeconds: 1200,
  actionSeconds: 86_400,
  eventAgeSeconds: 900,
  retryDelaysSeconds: [60, 120],
};

export interface ActionSettings {
  readonly world: World;
  readonly clock: PipelineClock;
  readonly invoke: Invoke;
  /** The UserParameters string as it is; without it `userParameters` are used. */
  readonly configuration?: ActionConfiguration;
  /** Changes to `userParametersFor(account, scenario)`. */
  readonly userParameters?: Readonly<Record<string, unknown>>;
  readonly inputArtifacts?: readonly Artifact[];
  /** The first job's id and token, where a sample event brings its own. */
  readonly firstJobId?: string;
  readonly firstToken?: string;
  /** From a continuation to the next job (s); a function gets the number of the continuation, from 0. */
  readonly gapSeconds: number | ((continuation: number) => number);
  /** 'lambda': a failed invocation is tried again twice, with the same event; 'none': never. */
  readonly redelivery: 'lambda' | 'none';
  readonly duplicateDelivery?: Duplicate | readonly Duplicate[];
  readonly limits?: Partial<ActionLimits>;
  /** How long the first event waits in Lambda's queue; without it the scenario decides. */
  readonly queueSeconds?: number;
  readonly onEvent?: (event: PipelineEvent) => void;
  /** Somebody stops the pipeline execution so long after its start; without it the scenario decides. */
  readonly stop?: { readonly kind: StopKind; readonly afterSeconds: number };
  /** How long before its action the execution started. */
  readonly secondsSinceRelease?: number;
}

/** What happens to the action, as it happens; `at` in ms of the pipeline's clock. */
export type PipelineEvent =
  | { readonly kind: 'job-created'; readonly at: number; readonly jobId: string; readonly jobIndex: number }
  | { readonly kind: 'invoked'; readonly at: number; readonly jobId: string; readonly info: InvocationInfo }
  | { readonly kind: 'returned'; readonly at: number; readonly jobId: string; readonly info: InvocationInfo }
  | {
      readonly kind: 'invocation-failed';
      readonly at: number;
      readonly jobId: string;
      readonly info: InvocationInfo;
      readonly error: unknown;
      /** When Lambda tries again (s from now); undefined: the event is dropped. */
      readonly retrySeconds: number | undefined;
    }
  | { readonly kind: 'progress'; readonly at: number; readonly jobId: string; readonly details: ExecutionDetails }
  | { readonly kind: 'stopped'; readonly at: number; readonly how: StopKind }
  | { readonly kind: 'ended'; readonly at: number; readonly status: ActionResult['status']; readonly message: string };

export interface Invocation extends InvocationInfo {
  readonly jobId: string;
  readonly startedAt: number;
  endedAt: number | undefined;
  /** What it failed with. */
  error: unknown;
}

export interface Progress extends ExecutionDetails {
  readonly at: number;
  readonly jobId: string;
}

export interface ActionResult {
  readonly status: 'Succeeded' | 'Failed';
  /** Who decided: the function's result, or one of CodePipeline's own limits. */
  readonly reason: 'result' | 'no-answer' | 'action-limit' | 'abandoned';
  /** The job result that ended the action, if one did. */
  readonly result: JobResult | undefined;
  readonly failure: FailureDetails | undefined;
  readonly outputVariables: Readonly<Record<string, string>>;
  /** What CodePipeline's console would show. */
  readonly message: string;
  /** Percent and summary of each answer. */
  readonly history: readonly Progress[];
  readonly jobs: readonly Job[];
  readonly invocations: readonly Invocation[];
  readonly startedAt: number;
  /** When the result was in; later deliveries may have run on after it. */
  readonly endedAt: number;
}

/**
 * Plays CodePipeline for one action, and Lambda's asynchronous invocation between them (docs/services.md, CodePipeline). It resolves when the
 * action has ended and every delivery, its retries included, has run out.
 */
export async function runAction(settings: ActionSettings): Promise<ActionResult> {
  return new ActionRun(settings).run();
}

const ABANDONED: End = {
  status: 'Failed',
  reason: 'abandoned',
  result: undefined,
  message: 'The execution was stopped, and its action abandoned.',
};

type End = Pick<ActionResult, 'status' | 'reason' | 'result' | 'message'>;

class ActionRun {
  readonly #settings: ActionSettings;
  readonly #limits: ActionLimits;
  readonly #startedAt: number;
  readonly #jobs: Job[] = [];
  readonly #invocations: Invocation[] = [];
  readonly #history: Progress[] = [];
  readonly #deliveries: Promise<void>[] = [];
  readonly #execution: Execution;
  readonly #abandoned: Promise<'abandoned'>;

  constructor(settings: ActionSettings) {
    this.#settings = settings;
    this.#limits = { ...AWS_LIMITS, ...settings.limits };
    this.#startedAt = settings.clock.now();
    settings.world.catchUp();
    const { UserParameters } = this.#jobData(undefined).actionConfiguration.configuration;
    this.#execution = settings.world.executions.begin(UserParameters, settings.secondsSinceRelease);
    this.#abandoned = this.#stopInTime();
  }

  async run(): Promise<ActionResult> {
    const end = await this.#playJobs();
    const endedAt = this.#settings.clock.now();
    this.#settings.world.executions.end(this.#execution, end.status);
    this.#tell({ kind: 'ended', at: endedAt, status: end.status, message: end.message });
    await Promise.all(this.#deliveries);
    return {
      ...end,
      failure: end.result?.kind === 'failure' ? end.result.failure : undefined,
      outputVariables: end.result?.kind === 'success' ? end.result.outputVariables : {},
      history: this.#history,
      jobs: this.#jobs,
      invocations: this.#invocations,
      startedAt: this.#startedAt,
      endedAt,
    };
  }

  /** One job after the other, until a result is final or a limit ends the action. */
  async #playJobs(): Promise<End> {
    let token = this.#settings.firstToken;
    while (this.#secondsLeft() > 0) {
      const job = this.#startJob(token);
      const missed = await this.#answerOrLimit(job);
      const { result } = job;
      if (missed === 'abandoned' || this.#isAbandoned()) return ABANDONED;
      if (!result) return { status: 'Failed', reason: missed, result, message: this.#limitMessage(missed) };
      this.#record(job, result);
      switch (result.kind) {
        case 'failure':
          return { status: 'Failed', reason: 'result', result, message: result.failure.message };
        case 'success':
          return { status: 'Succeeded', reason: 'result', result, message: result.details.summary ?? 'Succeeded' };
        case 'continuation':
          token = result.token;
      }
      await this.#settings.clock.sleep(this.#gapSeconds(this.#jobs.length - 1) * 1000);
      if (this.#isAbandoned()) return ABANDONED;
    }
    const message = this.#limitMessage('action-limit');
    return { status: 'Failed', reason: 'action-limit', result: undefined, message };
  }

  #startJob(token: string | undefined): Job {
    const { world } = this.#settings;
    const data = this.#jobData(token);
    world.catchUp();
    const jobIndex = this.#jobs.length;
    const firstId = jobIndex === 0 ? this.#settings.firstJobId : undefined;
    const job = world.jobs.create({ ...data }, firstId, this.#execution.id);
    this.#jobs.push(job);
    this.#tell({ kind: 'job-created', at: this.#settings.clock.now(), jobId: job.id, jobIndex });
    const queued = jobIndex === 0 ? this.#queueSeconds() : 0;
    const copies = [queued, ...this.#duplicatesOf(jobIndex)];
    copies.forEach((delaySeconds, copy) => {
      this.#deliveries.push(this.#deliver(job, data, { jobIndex, copy }, delaySeconds));
    });
    return job;
  }

  #queueSeconds(): number {
    const { world, queueSeconds } = this.#settings;
    const { script, durations } = world.scenario;
    return queueSeconds ?? (script.eventWaits ? durations.queued : 0);
  }

  #jobData(token: string | undefined): JobData {
    const { world, configuration, userParameters, inputArtifacts = [DEFAULT_ARTIFACT] } = this.#settings;
    const parameters = userParametersFor(world.account, world.scenario, userParameters);
    const used = configuration ?? { UserParameters: JSON.stringify(parameters) };
    return jobData(world.account, used, inputArtifacts, token);
  }

  #duplicatesOf(jobIndex: number): readonly number[] {
    const duplicates = [this.#settings.duplicateDelivery ?? []].flat();
    return duplicates.filter(({ which }) => which === jobIndex).map(({ delaySeconds }) => delaySeconds);
  }

  /** One delivery of the event with Lambda's retries; it never rejects. */
  async #deliver(job: Job, data: JobData, which: Omit<InvocationInfo, 'attempt'>, delaySeconds: number): Promise<void> {
    const { clock, redelivery } = this.#settings;
    const delays = redelivery === 'lambda' ? this.#limits.retryDelaysSeconds : [];
    if (delaySeconds > 0) await clock.sleep(delaySeconds * 1000);
    if (delaySeconds > this.#limits.eventAgeSeconds && which.copy === 0) return;
    for (let attempt = 0; ; attempt += 1) {
      const retrySeconds = delays[attempt];
      if (await this.#invoke(job, data, { ...which, attempt }, retrySeconds)) return;
      if (retrySeconds === undefined) return;
      await clock.sleep(retrySeconds * 1000);
    }
  }

  /** @returns whether the invocation returned */
  async #invoke(job: Job, data: JobData, info: InvocationInfo, retrySeconds: number | undefined): Promise<boolean> {
    const { clock, invoke, world } = this.#settings;
    const jobId = job.id;
    const invocation: Invocation = { ...info, jobId, startedAt: clock.now(), endedAt: undefined, error: undefined };
    this.#invocations.push(invocation);
    this.#tell({ kind: 'invoked', at: invocation.startedAt, jobId, info });
    try {
      await invoke(eventOf(job, data, world.account), info);
      invocation.endedAt = clock.now();
      this.#tell({ kind: 'returned', at: invocation.endedAt, jobId, info });
      return true;
    } catch (error) {
      invocation.endedAt = clock.now();
      invocation.error = error;
      this.#tell({ kind: 'invocation-failed', at: invocation.endedAt, jobId, info, error, retrySeconds });
      return false;
    }
  }

  /** Waits for the job's result; without one it closes the job, and says which limit was reached. */
  async #answerOrLimit(job: Job): Promise<'no-answer' | 'action-limit' | 'abandoned'> {
    const { clock, world } = this.#settings;
    const leftSeconds = this.#secondsLeft();
    const isNoAnswer = this.#limits.noAnswerSeconds <= leftSeconds;
    const answered = new AbortController();
    const seconds = isNoAnswer ? this.#limits.noAnswerSeconds : leftSeconds;
    const ended = await Promise.race([
      world.jobs.answered(job),
      clock.sleep(seconds * 1000, answered.signal),
      this.#abandoned,
    ]);
    answered.abort();
    if (ended === 'abandoned') {
      if (!job.result) world.jobs.abandon(job);
      return ended;
    }
    if (!job.result) job.closed = true;
    return isNoAnswer ? 'no-answer' : 'action-limit';
  }

  #isAbandoned(): boolean {
    return this.#settings.world.executions.isAbandoned(this.#execution);
  }

  /** Resolves when the execution was stopped and its action abandoned: never, in most runs. */
  async #stopInTime(): Promise<'abandoned'> {
    const { clock, world, stop } = this.#settings;
    const { script, durations } = world.scenario;
    const kind = stop?.kind ?? script.stopInCodePipeline;
    if (kind === undefined) return new Promise(() => undefined);
    await clock.sleep((stop?.afterSeconds ?? durations.stopInCodePipeline) * 1000);
    world.catchUp();
    if (world.executions.isInProgress(this.#execution)) {
      world.executions.stop(this.#execution, kind);
      this.#tell({ kind: 'stopped', at: clock.now(), how: kind });
    }
    return this.#isAbandoned() ? 'abandoned' : new Promise(() => undefined);
  }

  #secondsLeft(): number {
    const { clock } = this.#settings;
    return Math.max(0, this.#limits.actionSeconds - (clock.now() - this.#startedAt) / 1000);
  }

  #limitMessage(limit: 'no-answer' | 'action-limit'): string {
    if (limit === 'action-limit') return 'The action timed out: it ran longer than an action may.';
    const { functionName } = this.#settings.world.account;
    return `The AWS Lambda function ${functionName} did not respond: it returned no result for the job in time.`;
  }

  #record(job: Job, result: JobResult): void {
    if (result.kind === 'failure') return;
    const at = this.#settings.clock.now();
    this.#history.push({ at, jobId: job.id, ...result.details });
    this.#tell({ kind: 'progress', at, jobId: job.id, details: result.details });
  }

  #gapSeconds(continuation: number): number {
    const { gapSeconds } = this.#settings;
    return typeof gapSeconds === 'number' ? gapSeconds : gapSeconds(continuation);
  }

  #tell(event: PipelineEvent): void {
    this.#settings.onEvent?.(event);
  }
}
