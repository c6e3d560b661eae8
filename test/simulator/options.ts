import type { Account } from './account';
import type { AwsLimits } from './awsThrottle';
import type { HistoryOptions } from './codedeploy/history';

/** What the documentation leaves open or a customer can set: the kinds of world that one scenario can play in. */
export interface WorldOptions {
  readonly account: Partial<Account>;
  /** What a second POST gets while a deployment of the group is active; docs/services.md, Spot calls it unverified. */
  readonly secondDeployment: 'rejected' | 'accepted';
  readonly listOrder: 'newest' | 'oldest' | 'shuffled';
  /** Whether finished Elastigroup deployments stay listed; otherwise they vanish after `Durations.listVanish`. */
  readonly listsFinished: boolean;
  /** Seconds until a new Elastigroup deployment shows in the list. */
  readonly listLagSeconds: number;
  /** What Elastigroup calls a deployment that has finished; one that nobody documents is possible (docs/services.md, Spot). */
  readonly finalState: string;
  /** Seconds for which the group's status still lists an instance that shuts down; undocumented (docs/services.md, Spot). */
  readonly statusLagSeconds: number;
  /** When somebody, or a schedule, sets another target capacity (s from the world's begin); undefined: nobody does. */
  readonly scaledTo: { readonly afterSeconds: number; readonly target: number } | undefined;
  /** How many instances the group launches by itself, to scale or to replace Spot Instances, while blue is replaced. */
  readonly scaledUp: number;
  /** Another's old deployment stands in Spot's list in this state, which may be ERROR or one that nobody documents. */
  readonly oldDeploymentState: string | undefined;
  /** Spot's list and the group contain items with null where a text belongs, without an id, or of many megabytes. */
  readonly oddItems: boolean;
  /** Whether Elastigroup rolls back by itself when CodeDeploy fails; otherwise it waits to be stopped, or for its timeout. */
  readonly reactsToFailure: boolean;
  /** Each n-th listing of blue/green deployments is empty by mistake; 0 = never. */
  readonly emptyListEvery: number;
  /** Spot's errors repeat the request's Authorization header. */
  readonly errorsEchoSecrets: boolean;
  /** Whether Spot refuses a request that does not say JSON with 415; unverified (docs/services.md, Spot). */
  readonly requiresContentType: boolean;
  /** Requests per route and method in 60 s. Spot publishes no number; the default is never met. */
  readonly spotRequestsPerMinute: number;
  /** Which answers of Spot carry the headers of its limit; all, by its documentation. */
  readonly spotLimitHeaders: 'always' | 'with-429';
  /** Whether the route of Spot's limit holds the group's id, or one limit is for all groups; docs/services.md, Spot leaves it open. */
  readonly spotLimitFor: 'each-group' | 'all-groups';
  /** Calls that AWS takes; none: no limit. */
  readonly awsLimits: AwsLimits;
  /** Which of the two message forms DeploymentLimitExceededException has (docs/services.md, CodeDeploy). */
  readonly limitMessage: 'active' | 'deploying';
  /** The group's autoRollbackConfiguration is enabled, for failures, alarms and stops on request. */
  readonly groupAutoRollback: boolean;
  /** Where a rollback that moves traffic fails: before blue serves again, or after that. */
  readonly rollbackFails: 'never' | 'registering-blue' | 'blocking-green';
  /**
   * Which fleet a rollback that succeeds leaves in service: `green`, the last revision is deployed to the instances that it
   * was created for, since blue cannot be brought back, or before traffic has moved; unverified (docs/services.md, CodeDeploy
   * traffic).
   */
  readonly rollbackServes: 'blue' | 'green';
  /** What CodeDeploy tells of its deployments, where it tells less, or later, than by default. */
  readonly codeDeployTells: Partial<CodeDeployTells>;
  /** StopDeployment is accepted, and the deployment goes on. */
  readonly stopHasNoEffect: boolean;
  /** Whether targets have connections that last as long as the deregistration delay. */
  readonly openConnections: boolean;
  /** Seconds until DescribeInstances shows a fresh tag. */
  readonly tagVisibilitySeconds: number;
  /** Seconds by which CodeDeploy sees a fresh tag later than DescribeInstances shows it. */
  readonly codeDeployTagLagSeconds: number;
  /** Of the green instances, `count` show their tag so many seconds later than the others, at EC2 and at CodeDeploy. */
  readonly lateTags: LateTags;
  /** What the group's capacity counts; a weight is two for each instance. */
  readonly capacityUnit: 'instance' | 'weight';
  /** How many green instances a blue/green deployment launches; undefined: as many as the group's target. */
  readonly launchedInstances: number | undefined;
  /** Reservations in a page of DescribeInstances, whatever MaxResults allows. */
  readonly reservationsPerPage: number;
  /** Ids in a page of ListDeployments and ListDeploymentTargets. */
  readonly idsPerPage: number;
  /** Whether ListDeploymentTargets takes `targetFilters`, as documented. */
  readonly targetFilters: 'served' | 'refused';
  /** What HeadObject answers. */
  readonly headObject:
    'found' | 'missing' | 'forbidden' | 'other-region' | 'other-region-400' | 'malformed' | 'malformed-here';
  /** What the Elastigroup's CodeDeploy integration names: the account's deployment group, another one, both, or there is none. */
  readonly integration: 'named' | 'another' | 'none' | 'with-another';
  /** The integration's terminateInstanceOnFailure: what failed in a temporary deployment group is terminated. */
  readonly terminatesInstanceOnFailure: boolean;
  /** Whether blue, by the group's launch specification, carries the tag key of green (docs/services.md, Spot). */
  readonly blueTagged: boolean;
  /** Whether Elastigroup refuses a deployment where blue does not; undocumented. */
  readonly validatesTags: boolean;
  /** The Elastigroup's own load balancing and health check; `none`: it has neither. */
  readonly groupHealthCheck: 'none' | { readonly type: string; readonly graceSeconds: number };
  /** Whether that health check acts on green while it is installed; undocumented (docs/services.md, Spot). */
  readonly autoHealing: boolean;
  /** How long the group's earlier deployments took. */
  readonly history: HistoryOptions;
  /** How the account's deployment group is set up, where it is not as it should be. */
  readonly deploymentGroup: Partial<DeploymentGroupSetup>;
  readonly deploymentGroupAccess: 'allowed' | 'denied';
  /** What GetJobDetails tells; unverified for Lambda actions, but for the pipeline's name (docs/services.md, CodePipeline). */
  readonly jobDetails:
    | 'whole'
    | 'no-execution-id'
    | 'no-action-id'
    | 'no-ids'
    | 'other-action-id'
    | 'no-context'
    | 'no-token'
    | 'no-configuration'
    | 'unknown-after-result'
    | 'unknown'
    | 'denied';
  /** GetPipelineExecution and ListActionExecutions, or one of them. */
  readonly executionReads: 'allowed' | 'denied' | 'status-only' | 'actions-only';
  /** Now and then both show for a few seconds that the action was abandoned, although nobody has stopped it. */
  readonly oddExecutionReads: boolean;
  /** Seconds by which both lag behind what is so: the list then shows the action so much later, too. */
  readonly executionReadsLagSeconds: number;
  /** The stage was retried: how the action of the earlier attempt, of the same execution, has ended. */
  readonly earlierAttempt: 'Failed' | 'Abandoned' | 'Succeeded' | undefined;
  /** Whether the list of actions tells their UserParameters. */
  readonly listsUserParameters: boolean;
  /** What the execution of an abandoned action is shown as at first. */
  readonly abandonedExecution: 'stopped' | 'stopping';
  /**
   * Whether a job of an abandoned action takes a result, or with which error it does not (`unknown`: JobNotFoundException);
   * unverified (docs/services.md, CodePipeline).
   */
  readonly abandonedResult: 'refused' | 'accepted' | 'unknown';
  /** From when on CodeDeploy cannot be read (s from the world's begin), and why; undefined: it always can. */
  readonly codeDeployLost: { readonly afterSeconds: number; readonly how: 'group-renamed' | 'denied' } | undefined;
  /** `once`: somebody deletes it after the first time that it is read. `key-refused`: KMS refuses its key. */
  readonly secretAccess: 'allowed' | 'denied' | 'key-refused' | 'once';
  /** When somebody rotates Spot's token (s from the world's begin): the secret has the new one, and the old one gets 401. */
  readonly tokenRotatesAt: number | undefined;
}

export interface CodeDeployTells {
  /** What `deploymentOverview` counts in a blue/green deployment; undocumented. */
  readonly overview: 'green' | 'both' | 'nothing';
  /** Whether a target has its `instanceLabel`. */
  readonly labels: boolean;
  /** Whether a rollback calls the fleet that it returns the traffic to its replacement environment: Green. */
  readonly rollbackLabels: 'kept' | 'swapped';
  /** The targets of a rollback that has nothing to do: none, blue as back in service, or all as Skipped. */
  readonly idleRollback: 'none' | 'blue' | 'skipped';
  /** Which lifecycle events a target has: all that are planned, those that have begun, or none. */
  readonly events: 'all' | 'begun' | 'none';
  /** Whether ListDeploymentTargets has a deployment's targets; otherwise its list is empty. */
  readonly listsTargets: boolean;
  /** What is told of the targets of a deployment that has ended before it began: all, none, or that it has not started. */
  readonly unbegun: 'targets' | 'nothing' | 'not-started';
  /** How many of a deployment's targets BatchGetDeploymentTargets leaves out: those of green, from the first on. */
  readonly leavesOut: number;
  /** Whether the deployment names its rollback. */
  readonly rollbackId: boolean;
  /** Whether the rollback names the deployment. */
  readonly rolledBackId: boolean;
  /** Whether a deployment has `targetInstances`. */
  readonly targetTags: boolean;
  readonly completeTime: boolean;
  /** Seconds until ListDeployments has a new deployment, and a rollback can be read. */
  readonly lagSeconds: number;
}

export interface LateTags {
  readonly count: number;
  readonly seconds: number;
}

export interface DeploymentGroupSetup {
  readonly computePlatform: 'Server' | 'Lambda';
  readonly deploymentType: 'BLUE_GREEN' | 'IN_PLACE';
  readonly greenFleet: 'DISCOVER_EXISTING' | 'COPY_AUTO_SCALING_GROUP';
  /** false: CodeDeploy moves no traffic, and green is in use as soon as it is installed. */
  readonly loadBalancer: boolean;
  /** TERMINATE: CodeDeploy terminates blue after this wait. Without it blue is kept alive (KEEP_ALIVE). */
  readonly blueTerminationWaitMinutes: number;
  /** Seconds that the termination of blue takes, in which the deployment is still InProgress; without it, none. */
  readonly blueTerminationSeconds: number;
  /** GetDeploymentGroup says STOP_DEPLOYMENT with this wait; the simulated deployments do not wait. */
  readonly rerouteWaitMinutes: number;
}

export const DEFAULT_OPTIONS: WorldOptions = {
  account: {},
  secondDeployment: 'rejected',
  listOrder: 'newest',
  listsFinished: true,
  listLagSeconds: 0,
  finalState: 'FINISHED',
  statusLagSeconds: 0,
  scaledTo: undefined,
  scaledUp: 0,
  terminatesInstanceOnFailure: false,
  oldDeploymentState: undefined,
  oddItems: false,
  reactsToFailure: false,
  emptyListEvery: 0,
  errorsEchoSecrets: false,
  requiresContentType: true,
  spotRequestsPerMinute: 10_000,
  spotLimitHeaders: 'always',
  spotLimitFor: 'each-group',
  awsLimits: {},
  limitMessage: 'active',
  groupAutoRollback: false,
  rollbackFails: 'never',
  rollbackServes: 'blue',
  codeDeployTells: {},
  stopHasNoEffect: false,
  openConnections: true,
  tagVisibilitySeconds: 0,
  codeDeployTagLagSeconds: 0,
  lateTags: { count: 0, seconds: 0 },
  capacityUnit: 'instance',
  launchedInstances: undefined,
  reservationsPerPage: 2,
  idsPerPage: 3,
  targetFilters: 'served',
  headObject: 'found',
  integration: 'named',
  blueTagged: true,
  validatesTags: false,
  groupHealthCheck: 'none',
  autoHealing: false,
  history: { pattern: 'steady', count: 4, times: 1 },
  deploymentGroup: {},
  deploymentGroupAccess: 'allowed',
  jobDetails: 'whole',
  executionReads: 'allowed',
  oddExecutionReads: false,
  executionReadsLagSeconds: 0,
  earlierAttempt: undefined,
  listsUserParameters: true,
  abandonedExecution: 'stopped',
  abandonedResult: 'refused',
  codeDeployLost: undefined,
  secretAccess: 'allowed',
  tokenRotatesAt: undefined,
};
