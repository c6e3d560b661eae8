import { environmentFor } from '../server';

/** Seconds, before the speed-up: how often the function polls, and how long it does so in one invocation. */
const POLL_INTERVAL_S = 2.5;
const POLL_WINDOW_S = 30;

/** The function's environment, with a simulator at `url` that runs `speed` times as fast. */
export function environmentAt(url: string, speed: number): Record<string, string> {
  return {
    ...environmentFor(url),
    POLL_INTERVAL_SECONDS: String(POLL_INTERVAL_S / speed),
    POLL_WINDOW_SECONDS: String(POLL_WINDOW_S / speed),
    CLEANUP_TIMEOUT_SECONDS: '60',
  };
}

/**
 * The same as `sam local … --env-vars` takes it. The SAM CLI itself gives the container region and credentials.
 * @param url the simulator as the container sees it, e.g. http://host.docker.internal:4599
 */
export function environmentForSam(url: string, speed: number): { readonly Parameters: Record<string, string> } {
  if (!URL.canParse(url))
    throw new Error(`--env-vars ${url}: expected an address, e.g. http://host.docker.internal:4599`);
  const {
    AWS_REGION: _region,
    AWS_ACCESS_KEY_ID: _id,
    AWS_SECRET_ACCESS_KEY: _key,
    ...settings
  } = environmentAt(url, speed);
  return { Parameters: settings };
}
