import type { Deployments } from '../codedeploy/deployments';
import type { Context, Owner } from '../context';
import { LONG_AGO_S, type Fleet } from '../ec2/fleet';
import type { TargetGroup } from '../traffic/targetGroup';
import { ServiceError } from '../wire';
import { SpotDeployment, type BlueGreenRequest } from './deployment';
import { EventLog } from './eventLog';
import { launchOutside } from './outsideLaunch';

/** The Elastigroup: its blue instances and its blue/green deployments. */
export class Elastigroup {
  readonly #context: Context;
  readonly #fleet: Fleet;
  readonly #codeDeploy: Deployments;
  readonly #traffic: TargetGroup;
  readonly log: EventLog;
  /** All that ever were, oldest first. */
  readonly deployments: SpotDeployment[] = [];
  readonly #blueTag: string;
  #listings = 0;

  constructor(context: Context, fleet: Fleet, codeDeploy: Deployments, traffic: TargetGroup) {
    this.#context = context;
    this.#fleet = fleet;
    this.#codeDeploy = codeDeploy;
    this.#traffic = traffic;
    this.log = new EventLog(context);
    this.#blueTag = context.random.uuid();
    this.#launchBlue();
    launchOutside({ context, fleet, codeDeploy, traffic, log: this.log, blueTag: this.#blueTag });
    codeDeploy.onChange(() => {
      for (const deployment of this.deployments) deployment.codeDeployChanged();
    });
  }

  /** @throws when another one is active and this kind of Spot rejects a second (docs/services.md, Spot: unverified). */
  start(request: BlueGreenRequest): SpotDeployment {
    const active = this.deployments.find(({ isFinished }) => !isFinished);
    if (active && this.#context.options.secondDeployment === 'rejected') {
      const message = `Group ${this.#context.account.groupId} already has an active Blue-Green deployment: ${active.id}`;
      throw new ServiceError(400, 'BLUE_GREEN_DEPLOYMENT_IN_PROGRESS', message);
    }
    const deployment = this.#add(request, 'product');
    deployment.start();
    return deployment;
  }

  /** Somebody else's deployment, waiting for its CodeDeploy deployment from the start. */
  seedActive(request: BlueGreenRequest): void {
    this.#add(request, 'other').startInTheMiddle();
  }

  /** Somebody else's deployment that is over, in a state that says so or does not, and is listed for good. */
  seedOld(request: BlueGreenRequest, state: string): void {
    this.#add(request, 'other').startAtTheEnd(state);
  }

  stop(id: string): SpotDeployment {
    const deployment = this.deployments.find((candidate) => candidate.id === id);
    if (!deployment) {
      throw new ServiceError(400, 'CANNOT_FIND_BLUE_GREEN_DEPLOYMENT', `Blue-Green deployment ${id} does not exist`);
    }
    if (deployment.isFinished) {
      const message = `Blue-Green deployment ${id} cannot be stopped in state ${deployment.state}`;
      throw new ServiceError(400, 'CANNOT_STOP_BLUE_GREEN_DEPLOYMENT', message);
    }
    this.#context.schedule.because({ by: 'function', what: `PUT stop ${id}` }, () => {
      deployment.stop();
    });
    return deployment;
  }

  /** What a listing shows: the order, and whether finished ones are in it, are undocumented (docs/services.md, Spot). */
  list(): readonly SpotDeployment[] {
    const { options, random } = this.#context;
    this.#listings += 1;
    if (options.emptyListEvery > 0 && this.#listings % options.emptyListEvery === 0) return [];
    const listed = this.deployments.filter((deployment) => this.#isListed(deployment));
    if (options.listOrder === 'shuffled') return random.shuffled(listed);
    return options.listOrder === 'newest' ? listed.reverse() : listed;
  }

  #isListed({ createdAt, finishedAt }: SpotDeployment): boolean {
    const { schedule, options } = this.#context;
    if (schedule.time - createdAt < options.listLagSeconds * 1000) return false;
    if (finishedAt === undefined || this.#context.options.listsFinished) return true;
    return this.#context.schedule.time - finishedAt < this.#context.durations.listVanish * 1000;
  }

  #add(request: BlueGreenRequest, owner: Owner): SpotDeployment {
    const around = {
      context: this.#context,
      fleet: this.#fleet,
      traffic: this.#traffic,
      log: this.log,
      newestCodeDeploy: ({ groupNames, tag }: BlueGreenRequest) =>
        this.#codeDeploy.newestFor(groupNames, tag.key, tag.value),
    };
    const deployment = new SpotDeployment(around, request, owner);
    this.deployments.push(deployment);
    this.log.write('INFO', `Blue-Green deployment ${deployment.id}: started.`);
    return deployment;
  }

  #launchBlue(): void {
    const { account } = this.#context;
    for (let count = 0; count < account.capacityTarget; count += 1) {
      const instance = this.#fleet.launch(undefined, 'blue', LONG_AGO_S);
      this.#fleet.run(instance);
      if (this.#context.options.blueTagged) this.#fleet.tag(instance, account.tagKey, this.#blueTag);
      this.#traffic.use(instance);
    }
  }
}
