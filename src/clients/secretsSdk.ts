// Imported dynamically, when the token is in Secrets Manager; see ec2Sdk.ts.
export { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
