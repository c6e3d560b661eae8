import type { CodeDeployDeployment } from '../clients/codeDeploy';
import { UpstreamError } from '../clients/upstreamError';
import { preflight } from '../preflight/preflight';
import { findCodeDeploy, listElastigroup, settle } from './ownDeployments';
import { othersCodeDeploy, othersElastigroup, type OthersDeployment } from './othersDeployment';
import type { Stage } from './stage';
import type { Starting } from './state';

/** What is under way before this action starts anything. */
export type Surroundings =
  | { readonly kind: 'own-elastigroup'; readonly id: string }
  /** Elastigroup may no longer list a deployment that has ended; CodeDeploy's list still tells of it. */
  | { readonly kind: 'own-codedeploy'; readonly deployment: CodeDeployDeployment }
  | { readonly kind: 'nothing-own'; readonly others: readonly OthersDeployment[] };

/** Looks for this action's own work, and for what is in the way. */
export function lookAround(state: Starting, stage: Stage): Promise<Surroundings> {
  return tellingAllProblems(state, stage, look(state, stage));
}

/** A look that is refused for good fails the action: what preflight finds is told with it, in one message. */
export async function tellingAllProblems<T>(state: Starting, stage: Stage, looking: Promise<T>): Promise<T> {
  try {
    return await looking;
  } catch (error) {
    // Once a start was sent, preflight has nothing to add: what may be there has to be cleaned up.
    const isFirst = state.checked === undefined && state.unconfirmedSince === undefined;
    if (isFirst && error instanceof UpstreamError && !error.transient) await preflight(stage, error);
    throw error;
  }
}

async function look(state: Starting, stage: Stage): Promise<Surroundings> {
  const { own, othersUnderWay } = await listElastigroup(state, stage);
  const { kept } = settle(own);
  if (kept) return { kind: 'own-elastigroup', id: kept.id };
  const codeDeploy = await findCodeDeploy(state, stage);
  if (codeDeploy.own) return { kind: 'own-codedeploy', deployment: codeDeploy.own };
  const others = othersUnderWay.map(othersElastigroup);
  if (codeDeploy.otherActive) others.push(othersCodeDeploy(codeDeploy.otherActive));
  return { kind: 'nothing-own', others };
}
