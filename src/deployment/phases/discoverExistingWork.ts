import type { CodeDeployDeployment } from '../../clients/codeDeploy/codeDeploy';
import type { Ec2Instance } from '../../clients/ec2Instances';
import { UpstreamError } from '../../clients/upstreamError';
import { preflight } from '../preflight/preflight';
import { findCodeDeploy, listElastigroup, electPrimary } from '../ownDeployments';
import { conflictingCodeDeploy, conflictingElastigroup, type ConflictingDeployment } from '../conflicts';
import { attempt } from '../attempt';
import type { DeploymentContext } from '../context';
import { greenTag } from '../greenTag';
import type { Starting } from '../state';

/** What is active before this action starts anything. */
export type ExistingWork =
  | { readonly kind: 'own-elastigroup'; readonly id: string }
  /** Elastigroup may no longer list a deployment that has ended; CodeDeploy's list still has it. */
  | {
      readonly kind: 'own-codedeploy';
      readonly deployment: CodeDeployDeployment;
      readonly recent: readonly CodeDeployDeployment[];
    }
  /** Instances of this action, while its deployments cannot be read. */
  | { readonly kind: 'own-green'; readonly green: readonly Ec2Instance[] }
  | {
      readonly kind: 'nothing-own';
      readonly others: readonly ConflictingDeployment[];
      /** The deployment group's, those that have ended included: its history. */
      readonly recent: readonly CodeDeployDeployment[];
    };

/** Searches for this action's own deployments, and for conflicting ones. */
export function discoverExistingWork(state: Starting, context: DeploymentContext): Promise<ExistingWork> {
  return withAllProblems(state, context, discoverOrFindGreen(state, context));
}

/** A read that is rejected for good fails the action: the findings of preflight are reported with it, in one message. */
export async function withAllProblems<T>(state: Starting, context: DeploymentContext, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    // Once a start was sent, preflight has nothing to add: what may be there has to be cleaned up.
    const isFirst = state.checked === undefined && state.unconfirmedSince === undefined;
    if (isFirst && error instanceof UpstreamError && !error.transient) await preflight(context, [], error);
    throw error;
  }
}

/**
 * Where the search is rejected for good, EC2 is asked before anybody is told that nothing was started: another delivery of the
 * event may have launched green.
 */
async function discoverOrFindGreen(state: Starting, context: DeploymentContext): Promise<ExistingWork> {
  const found = await attempt(discover(state, context));
  if (found.ok) return found.value;
  if (!found.error.transient && state.unconfirmedSince === undefined) {
    const green = await attempt(context.ec2Instances.find(greenTag(state)));
    if (green.ok && green.value.length > 0) return { kind: 'own-green', green: green.value };
  }
  throw found.error;
}

async function discover(state: Starting, context: DeploymentContext): Promise<ExistingWork> {
  const { own, activeOthers } = await listElastigroup(state, context);
  const { primary } = electPrimary(own);
  if (primary) return { kind: 'own-elastigroup', id: primary.id };
  const codeDeploy = await findCodeDeploy(state, context);
  const { recent } = codeDeploy;
  if (codeDeploy.own) return { kind: 'own-codedeploy', deployment: codeDeploy.own, recent };
  const others = activeOthers.map(conflictingElastigroup);
  if (codeDeploy.otherActive) others.push(conflictingCodeDeploy(codeDeploy.otherActive));
  return { kind: 'nothing-own', others, recent };
}
