import type {
  AutoRollbackConfiguration,
  CreateDeploymentCommandInput,
  RevisionLocation,
} from '@aws-sdk/client-codedeploy';
import type { UserParameters } from '../../input/userParameters/userParameters';
import type { Tag } from '../tag';
import { cut } from '../../lib/wording';

/** docs/services.md, CodeDeploy */
const LONGEST_DESCRIPTION = 256;

/** CreateDeployment's input: the revision, on exactly the instances that carry the green tag. */
export function createDeploymentInput(
  parameters: UserParameters,
  greenTag: Tag,
  defaultDescription?: string,
): CreateDeploymentCommandInput {
  const description = parameters.description ?? (defaultDescription && cut(defaultDescription, LONGEST_DESCRIPTION));
  const { deploymentConfigName, fileExistsBehavior, ignoreApplicationStopFailures, autoRollback } = parameters;
  return {
    applicationName: parameters.applicationName,
    deploymentGroupName: parameters.deploymentGroupName,
    revision: revisionLocation(parameters.revision),
    // Capitalised keys: EC2TagFilter of the service model.
    targetInstances: { tagFilters: [{ Key: greenTag.key, Value: greenTag.value, Type: 'KEY_AND_VALUE' }] },
    // What the user leaves out is the deployment group's own choice.
    ...(deploymentConfigName !== undefined && { deploymentConfigName }),
    ...(description !== undefined && { description }),
    ...(fileExistsBehavior !== undefined && { fileExistsBehavior }),
    ...(ignoreApplicationStopFailures !== undefined && { ignoreApplicationStopFailures }),
    ...(autoRollback !== undefined && { autoRollbackConfiguration: autoRollbackConfiguration(autoRollback) }),
  };
}

function revisionLocation(revision: UserParameters['revision']): RevisionLocation {
  if (revision.kind === 'github') {
    return { revisionType: 'GitHub', gitHubLocation: { repository: revision.repository, commitId: revision.commitId } };
  }
  const { bucket, key, bundleType, version, eTag } = revision;
  return {
    revisionType: 'S3',
    s3Location: {
      bucket,
      key,
      bundleType,
      ...(version !== undefined && { version }),
      ...(eTag !== undefined && { eTag }),
    },
  };
}

function autoRollbackConfiguration({
  enabled,
  events,
}: NonNullable<UserParameters['autoRollback']>): AutoRollbackConfiguration {
  return { enabled, ...(events !== undefined && { events: [...events] }) };
}
