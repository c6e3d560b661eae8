// Loaded when a token is in Secrets Manager; the bundle keeps what is named here.
export { SecretsProvider } from '@aws-lambda-powertools/parameters/secrets';
export { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
