import { awsInput, awsJson, epochSeconds } from './awsJson';
import { validSpotToken, type Context } from './context';
import { asText } from './input';
import { ServiceError, type WireRequest, type WireResponse } from './wire';

/** Secrets Manager: GetSecretValue by name, or by ARN (which ends in six random characters). */
export class SecretsApi {
  readonly #context: Context;
  #reads = 0;

  constructor(context: Context) {
    this.#context = context;
  }

  handle(operation: string, request: WireRequest): WireResponse {
    if (operation !== 'GetSecretValue') {
      throw new ServiceError(400, 'UnknownOperationException', `Unknown operation ${operation}`);
    }
    const id = asText(awsInput(request)['SecretId']) ?? '';
    this.#checkAccess(id);
    const { account, options } = this.#context;
    const { secrets } = account;
    const name = Object.keys(secrets).find((candidate) => candidate === id || this.#arn(candidate) === id);
    const isDeleted = options.secretAccess === 'once' && this.#reads > 0;
    if (name === undefined || isDeleted) {
      const message = "Secrets Manager can't find the specified secret.";
      throw new ServiceError(400, 'ResourceNotFoundException', message);
    }
    this.#reads += 1;
    return awsJson({
      ARN: this.#arn(name),
      Name: name,
      VersionId: '00000000-0000-4000-8000-000000000001',
      VersionStages: ['AWSCURRENT'],
      SecretString: secrets[name]?.replaceAll(account.spotToken, validSpotToken(this.#context)),
      CreatedDate: epochSeconds(Date.UTC(2026, 0, 1)),
    });
  }

  #checkAccess(id: string): void {
    const { options, account } = this.#context;
    if (options.secretAccess === 'key-refused')
      throw new ServiceError(400, 'AccessDeniedException', 'Access to KMS is not allowed');
    if (options.secretAccess !== 'denied') return;
    const message =
      `User: arn:aws:sts::${account.awsAccountId}:assumed-role/${account.roleName}/${account.functionName} is not ` +
      `authorized to perform: secretsmanager:GetSecretValue on resource: ${id} because no identity-based policy ` +
      'allows the secretsmanager:GetSecretValue action';
    throw new ServiceError(400, 'AccessDeniedException', message);
  }

  #arn(name: string): string {
    const { region, awsAccountId } = this.#context.account;
    return `arn:aws:secretsmanager:${region}:${awsAccountId}:secret:${name}-a1B2c3`;
  }
}
