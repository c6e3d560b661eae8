import type { Context } from '../context';
import { asList, asRecord, asText, type JsonRecord } from '../input';
import { ServiceError } from '../wire';
import type { BlueGreenRequest } from './deployment';

/** The body of POST blueGreenDeployment, refused as Spot would when it is wrong (docs/services.md, Spot). */
export function blueGreenInput(body: string, context: Context): BlueGreenRequest {
  const config = asRecord(parsed(body)['deployment']);
  const timeout = config['timeout'];
  if (typeof timeout !== 'number' || !Number.isInteger(timeout) || timeout <= 0) {
    throw invalid('deployment.timeout must be a positive integer');
  }
  return { timeoutMinutes: timeout, tag: tagIn(config), groupNames: groupsIn(config, context), config };
}

function parsed(body: string): JsonRecord {
  try {
    return asRecord(JSON.parse(body));
  } catch {
    throw invalid('The body is not valid JSON');
  }
}

/** Elastigroup takes several tags; the function sends one, so that a second is refused as unexpected. */
function tagIn(config: JsonRecord): BlueGreenRequest['tag'] {
  const tags = asList(config['tags']).map(asRecord);
  const key = asText(tags[0]?.['tagKey']) ?? '';
  const value = asText(tags[0]?.['tagValue']) ?? '';
  if (tags.length !== 1 || key === '' || value === '')
    throw invalid('deployment.tags must name one tagKey and tagValue');
  return { key, value };
}

function groupsIn(config: JsonRecord, { account, options }: Context): readonly string[] {
  const groups = asList(config['deploymentGroups']).map(asRecord);
  if (groups.length === 0) throw invalid('deployment.deploymentGroups must not be empty');
  const isKnown = groups.every(
    ({ applicationName, deploymentGroupName }) =>
      applicationName === account.applicationName && deploymentGroupName === account.deploymentGroupName,
  );
  if (!isKnown || (options.integration !== 'named' && options.integration !== 'with-another'))
    throw invalid("deployment.deploymentGroups must be in the group's CodeDeploy integration");
  return [account.deploymentGroupName];
}

function invalid(message: string): ServiceError {
  return new ServiceError(400, 'VALIDATION_ERROR', message);
}
