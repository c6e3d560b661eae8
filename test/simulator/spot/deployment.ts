import type { Deployment } from '../codedeploy/model';
import { targetCapacityNow, type Context, type Owner } from '../context';
import { LONG_AGO_S, USER_SHUTDOWN, isUp, type Fleet } from '../ec2/fleet';
import type { TargetGroup } from '../traffic/targetGroup';
import type { JsonRecord } from '../input';
import { healLater } from './autoHealing';
import type { EventLog } from './eventLog';
import { Walk, type StateEntry, type Step } from './walk';

type Phase = 'launching' | 'waiting' | 'removing-old' | 'rolling-back' | 'stopping' | 'finished';

export interface BlueGreenRequest {
  readonly timeoutMinutes: number;
  readonly tag: { readonly key: string; readonly value: string };
  /** CodeDeploy deployment groups to watch. */
  readonly groupNames: readonly string[];
  /** As POSTed; answered again with each item. */
  readonly config: JsonRecord;
}

/** What a deployment needs of the world around it. */
export interface Surroundings {
  readonly context: Context;
  readonly fleet: Fleet;
  readonly traffic: TargetGroup;
  readonly log: EventLog;
  readonly newestCodeDeploy: (request: BlueGreenRequest) => Deployment | undefined;
}

/** Instances that served when a stop was sent: green ones of the stopped deployment, and all others. */
export interface SpotStop {
  readonly at: number;
  readonly servingGreen: readonly string[];
  readonly servingOthers: readonly string[];
}

/** One blue/green deployment of the Elastigroup, walking through the states of docs/services.md, Spot. */
export class SpotDeployment {
  readonly #around: Surroundings;
  readonly request: BlueGreenRequest;
  readonly owner: Owner;
  readonly id: string;
  readonly createdAt: number;
  readonly greenInstanceIds: string[] = [];
  readonly stopRequests: SpotStop[] = [];
  /** The CodeDeploy deployment that it noticed. */
  codeDeployId: string | undefined;
  finishedAt: number | undefined;
  /** A stop came when CodeDeploy had already succeeded, and undid it. */
  rolledBackAfterSuccess = false;
  #phase: Phase = 'launching';
  readonly #walk: Walk;

  constructor(around: Surroundings, request: BlueGreenRequest, owner: Owner) {
    this.#around = around;
    this.#walk = new Walk(around.context);
    this.request = request;
    this.owner = owner;
    this.id = `cdbg-${around.context.random.hex(8)}`;
    this.createdAt = around.context.schedule.time;
  }

  /** Every state it was in, and since when (ms). */
  get history(): readonly StateEntry[] {
    return this.#walk.history;
  }

  get state(): string {
    return this.history.at(-1)?.state ?? 'STARTING';
  }

  get isFinished(): boolean {
    return this.#phase === 'finished';
  }

  start(): void {
    const { context } = this.#around;
    if (context.script.noSpotCapacity) this.#failToLaunch();
    else if (context.options.validatesTags && !context.options.blueTagged) this.#refuseTags();
    else
      this.#walk.through([...this.#launchSteps(), ...this.#tagSteps()], () => {
        this.#awaitUser();
      });
    context.schedule.after(this.request.timeoutMinutes * 60, () => {
      this.#timeOut();
    });
  }

  /** Begins with green running and tagged, and with its CodeDeploy deployment in progress, for ever. */
  startInTheMiddle(): void {
    for (let count = 0; count < this.#around.context.account.capacityTarget; count += 1) this.#launch(LONG_AGO_S);
    this.#green().forEach((instance) => {
      this.#around.fleet.run(instance);
    });
    const { key, value } = this.request.tag;
    // Long ago: every reader has seen it.
    for (const instance of this.#green()) this.#around.fleet.tag(instance, key, value, -LONG_AGO_S);
    this.#phase = 'waiting';
    this.#walk.enter('AWAITING_DEPLOYMENT_TO_FINISH');
  }

  /** Is over already. */
  startAtTheEnd(state: string): void {
    this.#phase = 'finished';
    this.#walk.end(state);
  }

  /** A CodeDeploy deployment has changed; it is noticed a little later. */
  codeDeployChanged(): void {
    if (this.#phase === 'waiting') this.#pollCodeDeploySoon();
  }

  stop(): void {
    const { context, log } = this.#around;
    const { stopping, rollbackStep, removeNew } = context.durations;
    this.stopRequests.push(this.#stopRequest());
    if (this.#phase === 'stopping' || this.#phase === 'rolling-back' || this.isFinished) return;
    log.write('INFO', `Blue-Green deployment ${this.id}: stop requested.`);
    this.#phase = 'stopping';
    this.rolledBackAfterSuccess = this.#codeDeploy()?.status === 'Succeeded';
    const replace = { state: 'ROLLBACK_REPLACE_OLD_NEW_INSTANCES', seconds: rollbackStep };
    this.#walk.through(
      [
        { state: 'STOPPING', seconds: stopping },
        ...(this.rolledBackAfterSuccess ? [replace] : []),
        this.#removeNew(removeNew),
      ],
      () => {
        this.#finish('FINISHED_STOPPED');
      },
    );
  }

  #stopRequest(): SpotStop {
    const { traffic, context } = this.#around;
    const serving = traffic.healthyIds();
    const isOwn = (id: string): boolean => this.greenInstanceIds.includes(id);
    return {
      at: context.schedule.time,
      servingGreen: serving.filter(isOwn),
      servingOthers: serving.filter((id) => !isOwn(id)),
    };
  }

  #launchSteps(): readonly Step[] {
    const { durations, options, schedule } = this.#around.context;
    const count = options.launchedInstances ?? targetCapacityNow(this.#around.context);
    const launchAll = (): void => {
      for (let number = 0; number < count; number += 1) {
        const instance = this.#launch();
        const seconds = (durations.awaitingLaunch * (number + 1)) / (count + 1);
        schedule.after(seconds, () => {
          this.#around.fleet.run(instance);
        });
      }
    };
    return [
      { state: 'STARTING', seconds: durations.starting },
      { state: 'VALIDATE_TAGS', seconds: durations.validateTags },
      { state: 'LAUNCHING_NEW_INSTANCES', seconds: durations.launching },
      { state: 'AWAITING_INSTANCES_LAUNCH', seconds: durations.awaitingLaunch, onEnter: launchAll },
    ];
  }

  #tagSteps(): readonly Step[] {
    const { tagging } = this.#around.context.durations;
    const tagSoon = (): void => {
      this.#walk.later(tagging / 2, () => {
        this.#tagGreen();
      });
    };
    return [{ state: 'TAG_INSTANCES_WITH_GREEN_TAG', seconds: tagging, onEnter: tagSoon }];
  }

  #refuseTags(): void {
    const { durations } = this.#around.context;
    const complain = (): void => {
      this.#around.log.write('ERROR', `Blue-Green deployment ${this.id}: blue has no tag ${this.request.tag.key}.`);
    };
    this.#walk.through(
      [
        { state: 'STARTING', seconds: durations.starting },
        { state: 'VALIDATE_TAGS', seconds: durations.validateTags, onEnter: complain },
        { state: 'ERROR', seconds: durations.rollbackStep },
      ],
      () => {
        this.#finish('FINISHED_ERROR');
      },
    );
  }

  #failToLaunch(): void {
    const { context, log } = this.#around;
    const { durations } = context;
    const reason =
      "Can't spin up spot instances: code: MaxSpotInstanceCountExceeded, message: Max spot instance count exceeded";
    const complain = (): void => {
      this.#walk.later(durations.awaitingLaunch * 0.3, () => {
        log.write('WARN', reason);
      });
      this.#walk.later(durations.awaitingLaunch * 0.8, () => {
        log.write('ERROR', reason);
      });
    };
    this.#walk.through(
      [
        { state: 'STARTING', seconds: durations.starting },
        { state: 'VALIDATE_TAGS', seconds: durations.validateTags },
        { state: 'LAUNCHING_NEW_INSTANCES', seconds: durations.launching },
        { state: 'AWAITING_INSTANCES_LAUNCH', seconds: durations.awaitingLaunch, onEnter: complain },
        { state: 'ERROR', seconds: durations.rollbackStep },
        this.#removeNew(durations.removeNew),
      ],
      () => {
        this.#finish('FINISHED_ERROR');
      },
    );
  }

  #awaitUser(): void {
    this.#phase = 'waiting';
    this.#walk.enter('AWAITING_USER_DEPLOYMENT');
    this.#pollCodeDeploySoon();
  }

  #pollCodeDeploySoon(): void {
    this.#walk.later(this.#around.context.durations.notice, () => {
      this.#pollCodeDeploy();
    });
  }

  /** Polls CodeDeploy, as Elastigroup does itself (docs/services.md, Spot), and takes one step. */
  #pollCodeDeploy(): void {
    const deployment = this.#codeDeploy();
    if (!deployment || this.#phase !== 'waiting') return;
    if (this.codeDeployId !== deployment.id) {
      this.codeDeployId = deployment.id;
      this.#walk.enter('AWAITING_DEPLOYMENT_TO_FINISH');
      if (this.#around.context.script.elastigroupErrs) this.#errSoon();
      if (deployment.completeTime !== undefined) this.#pollCodeDeploySoon();
      return;
    }
    const failed = deployment.status === 'Failed' || deployment.status === 'Stopped';
    // Whatever ended CodeDeploy's deployment: what follows is Elastigroup's own doing.
    if (deployment.status === 'Succeeded')
      this.#around.context.schedule.because(undefined, () => {
        this.#removeOld();
      });
    else if (failed && this.#around.context.options.reactsToFailure) this.#rollBack('its reaction to a failure', []);
  }

  #removeOld(): void {
    const { durations } = this.#around.context;
    this.#phase = 'removing-old';
    this.#walk.through(
      [
        { state: 'WAIT_BEFORE_TERMINATION', seconds: durations.waitBeforeTermination },
        {
          state: 'REMOVE_OLD_INSTANCES',
          seconds: durations.removeOld,
          onEnter: () => {
            this.#terminateOld();
            this.#scaleUp();
          },
        },
        { state: 'REMOVE_ALL_SUSPENSIONS', seconds: durations.removeSuspensions },
      ],
      () => {
        this.#finish(this.#around.context.options.finalState);
      },
    );
  }

  #errSoon(): void {
    const { untilElastigroupErrs, rollbackStep } = this.#around.context.durations;
    this.#walk.later(untilElastigroupErrs, () => {
      this.#around.log.write('ERROR', `Blue-Green deployment ${this.id}: green instances are unstable, rolling back.`);
      this.#rollBack('its own error', [
        { state: 'UNSTABLE_DEPLOYMENT', seconds: rollbackStep },
        { state: 'ERROR', seconds: rollbackStep },
      ]);
    });
  }

  /** Green is removed, whether or not it serves. */
  #rollBack(reason: string, before: readonly Step[]): void {
    const { schedule, durations } = this.#around.context;
    const { rollbackStep, removeNew } = durations;
    this.#phase = 'rolling-back';
    const path = [
      ...before,
      { state: 'ROLLBACK_START', seconds: rollbackStep },
      { state: 'ROLLBACK_CREATE_DEPLOYMENT', seconds: rollbackStep },
      this.#removeNew(removeNew),
    ];
    schedule.because({ by: 'world', what: `Elastigroup removed ${this.id}: ${reason}` }, () => {
      this.#walk.through(path, () => {
        this.#finish('FINISHED_ERROR');
      });
    });
  }

  /** Its own timeout rolls green back (docs/services.md, Spot), unless it is already on its way to an end. */
  #timeOut(): void {
    if (this.#phase !== 'launching' && this.#phase !== 'waiting') return;
    this.#around.log.write('ERROR', `Blue-Green deployment ${this.id}: timed out.`);
    this.#rollBack('its own timeout', []);
  }

  #finish(state: string): void {
    this.#phase = 'finished';
    this.finishedAt = this.#around.context.schedule.time;
    this.#walk.end(state);
    const severity = state === this.#around.context.options.finalState ? 'INFO' : 'WARN';
    this.#around.log.write(severity, `Blue-Green deployment ${this.id}: ${state}.`);
  }

  #launch(ageSeconds = 0): ReturnType<Fleet['launch']> {
    const fleet = this.owner === 'product' ? 'green' : 'blue';
    const instance = this.#around.fleet.launch(this.id, fleet, ageSeconds);
    this.greenInstanceIds.push(instance.id);
    if (this.owner === 'product') healLater(instance, this.#around);
    this.#around.log.write('INFO', `Instance ${instance.id} was launched for ${this.id}.`);
    return instance;
  }

  #tagGreen(): void {
    const { key, value } = this.request.tag;
    const { count, seconds } = this.#around.context.options.lateTags;
    const green = this.#green();
    green.forEach((instance, index) => {
      this.#around.fleet.tag(instance, key, value, index < green.length - count ? 0 : seconds);
    });
  }

  #green(): readonly ReturnType<Fleet['launch']>[] {
    return this.#around.fleet.instances.filter(({ launchedBy }) => launchedBy === this.id);
  }

  #removeNew(seconds: number): Step {
    const terminate = (): void => {
      for (const instance of this.#green()) this.#around.fleet.terminate(instance, USER_SHUTDOWN);
    };
    return { state: 'REMOVE_NEW_INSTANCES', seconds, onEnter: terminate };
  }

  /** Blue carries the same tag key with another value (docs/services.md, Spot); what the group launched meanwhile stays. */
  #terminateOld(): void {
    const { key, value } = this.request.tag;
    const { fleet } = this.#around;
    const old = fleet.instances
      .filter(({ tags, launchedAt }) => tags.has(key) && tags.get(key)?.value !== value && launchedAt < this.createdAt)
      .filter(isUp);
    for (const instance of old) fleet.terminate(instance, USER_SHUTDOWN);
  }

  /** With the launch specification's tag, and with the new revision, which a temporary deployment group installs (docs/services.md, Spot). */
  #scaleUp(): void {
    const { context, fleet } = this.#around;
    for (let count = 0; count < context.options.scaledUp; count += 1) {
      const instance = fleet.launch(undefined, 'green');
      fleet.run(instance);
      fleet.tag(instance, this.request.tag.key, 'blue');
    }
  }

  #codeDeploy(): Deployment | undefined {
    return this.#around.newestCodeDeploy(this.request);
  }
}
