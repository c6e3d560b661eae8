export { BlueGreenDeployAction, type BlueGreenDeployVariables } from './blueGreenDeployAction';
export type { BlueGreenDeployActionProps, Elastigroup } from './blueGreenDeployActionProps';
export { BlueGreenDeployFunction } from './blueGreenDeployFunction';
export type { BlueGreenDeployFunctionProps } from './blueGreenDeployFunctionProps';
export {
  AutoRollback,
  AutoRollbackEvent,
  BundleType,
  ConflictPolicy,
  FileExistsBehavior,
  FunctionLogLevel,
} from './options';
export { type ArtifactRevisionOptions, Revision, type S3RevisionOptions } from './revision';
