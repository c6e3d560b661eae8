import type { Account } from '../account';
import type { Context } from '../context';
import { asList, asRecord, asText, asTexts, type JsonRecord } from '../input';
import { ServiceError } from '../wire';
import { DEPLOYMENT_CONFIGS } from './configs';
import { isInPlaceGroup } from './group';
import type { DeploymentRequest, TagFilter } from './model';

const NAME = /^[A-Za-z0-9+=,.@_-]{1,100}$/;
const BUNDLE_TYPES = ['tar', 'tgz', 'zip', 'YAML', 'JSON'];
const FILE_EXISTS = ['DISALLOW', 'OVERWRITE', 'RETAIN'];
const ROLLBACK_EVENTS = ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_STOP_ON_REQUEST'];
const FILTER_TYPES = ['KEY_ONLY', 'VALUE_ONLY', 'KEY_AND_VALUE'];
const DESCRIPTION_LIMIT = 256;

/** CreateDeployment's input, refused as CodeDeploy refuses it (service model, codedeploy 2014-10-06). */
export function createInput(input: JsonRecord, context: Context): DeploymentRequest {
  const { account } = context;
  const groupName = groupIn(input, account);
  const filters = tagFiltersIn(input);
  if (filters.length > 0 && isInPlaceGroup(groupName, context)) {
    throw refusal('InvalidTargetInstances', 'Target instances are only valid for a blue/green deployment group.');
  }
  return {
    applicationName: account.applicationName,
    groupName,
    configName: configIn(input, account),
    description: descriptionIn(input),
    revision: revisionIn(input),
    fileExistsBehavior: oneOf(input, 'fileExistsBehavior', FILE_EXISTS, 'InvalidFileExistsBehavior') ?? 'DISALLOW',
    ignoreApplicationStopFailures: input['ignoreApplicationStopFailures'] === true,
    autoRollback: autoRollbackIn(input),
    tagFilters: filters,
  };
}

/** All of CodeDeploy's error names end in `Exception`. */
export function refusal(name: string, message: string): ServiceError {
  return new ServiceError(400, `${name}Exception`, message);
}

/** The name of a deployment group that exists, in an application that exists. */
export function groupIn(input: JsonRecord, account: Account): string {
  const application = asText(input['applicationName']) ?? '';
  const group = asText(input['deploymentGroupName']) ?? '';
  if (application === '') throw refusal('ApplicationNameRequired', 'An application name is required.');
  if (!NAME.test(application)) throw refusal('InvalidApplicationName', 'The application name is not valid.');
  if (application !== account.applicationName) {
    throw refusal('ApplicationDoesNotExist', `No application found for name: ${application}`);
  }
  if (group === '') throw refusal('DeploymentGroupNameRequired', 'A deployment group name is required.');
  if (!NAME.test(group)) throw refusal('InvalidDeploymentGroupName', 'The deployment group name is not valid.');
  if (group !== account.deploymentGroupName && group !== account.inPlaceGroupName) {
    throw refusal('DeploymentGroupDoesNotExist', `No Deployment Group found for name: ${group}`);
  }
  return group;
}

function configIn(input: JsonRecord, account: Account): string {
  const name = asText(input['deploymentConfigName']) ?? account.deploymentConfigName;
  if (!NAME.test(name)) throw refusal('InvalidDeploymentConfigName', 'The deployment config name is not valid.');
  if (!Object.hasOwn(DEPLOYMENT_CONFIGS, name)) {
    throw refusal('DeploymentConfigDoesNotExist', `No Deployment Configuration found for name: ${name}`);
  }
  return name;
}

function descriptionIn(input: JsonRecord): string | undefined {
  const description = asText(input['description']);
  if (description !== undefined && description.length > DESCRIPTION_LIMIT) {
    throw refusal('DescriptionTooLong', `The description is longer than ${DESCRIPTION_LIMIT} characters.`);
  }
  return description;
}

function revisionIn(input: JsonRecord): JsonRecord {
  const revision = asRecord(input['revision']);
  if (revision['revisionType'] === undefined) throw refusal('RevisionRequired', 'A revision is required.');
  if (!isS3(revision) && !isGitHub(revision)) {
    throw refusal('InvalidRevision', 'The revision was specified in an invalid format.');
  }
  return revision;
}

function isS3(revision: JsonRecord): boolean {
  const location = asRecord(revision['s3Location']);
  const { bucket, key, bundleType } = location;
  return (
    revision['revisionType'] === 'S3' && !!bucket && !!key && BUNDLE_TYPES.some((allowed) => allowed === bundleType)
  );
}

function isGitHub(revision: JsonRecord): boolean {
  const location = asRecord(revision['gitHubLocation']);
  const repository = asText(location['repository']) ?? '';
  return revision['revisionType'] === 'GitHub' && /^[^/]+\/[^/]+$/.test(repository) && !!location['commitId'];
}

function autoRollbackIn(input: JsonRecord): JsonRecord | undefined {
  if (input['autoRollbackConfiguration'] === undefined) return undefined;
  const configuration = asRecord(input['autoRollbackConfiguration']);
  const events = asTexts(configuration['events']);
  const isGood = events.every((event) => ROLLBACK_EVENTS.includes(event));
  if (!isGood || (configuration['enabled'] === true && events.length === 0)) {
    throw refusal(
      'InvalidAutoRollbackConfig',
      'The automatic rollback configuration was specified in an invalid format.',
    );
  }
  return configuration;
}

function tagFiltersIn(input: JsonRecord): readonly TagFilter[] {
  if (input['targetInstances'] === undefined) return [];
  const filters = asList(asRecord(input['targetInstances'])['tagFilters']).map((item): TagFilter => {
    const filter = asRecord(item);
    return { key: asText(filter['Key']), value: asText(filter['Value']), type: asText(filter['Type']) };
  });
  const isGood = filters.every(({ type, key }) => key !== undefined && FILTER_TYPES.some((known) => known === type));
  if (!isGood || filters.length === 0) {
    throw refusal('InvalidTargetInstances', 'The target instance configuration is invalid.');
  }
  return filters;
}

function oneOf(input: JsonRecord, field: string, allowed: readonly string[], error: string): string | undefined {
  const value = asText(input[field]);
  if (value !== undefined && !allowed.includes(value)) {
    throw refusal(error, `${field} must be one of ${allowed.join(', ')}.`);
  }
  return value;
}
