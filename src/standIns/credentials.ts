/**
 * For @aws-sdk/credential-provider-node. Lambda gives a function its credentials in its environment; the SDK would carry
 * the providers for profiles, SSO, containers and EC2 as well, in nine chunks that share code with what is loaded.
 */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
