// Imported dynamically, when the token is in Secrets Manager; see ec2Sdk.ts.
export { SecretsProvider } from '@aws-lambda-powertools/parameters/secrets';
export { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
