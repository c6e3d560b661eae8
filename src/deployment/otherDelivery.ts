import type { UpstreamError } from '../clients/upstreamError';

/*
 * Lambda may deliver an event more than once, at the same time or after a crash. A delivery that may not read what the
 * services list can therefore say that it has started nothing itself, but not that nothing was started.
 */

/** Whether this error keeps a delivery from reading what another one has started. A group or an application that does not exist has nothing. */
export function hidesOtherDelivery({ service, kind }: UpstreamError): boolean {
  return kind === 'denied' || service === 'Secrets Manager';
}
