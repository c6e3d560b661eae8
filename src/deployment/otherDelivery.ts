import type { UpstreamError } from '../clients/upstreamError';

/*
 * Lambda may deliver an event more than once, at the same time or after a crash. A delivery that may not read what the
 * services list can therefore say that it has started nothing itself, but not that nothing was started.
 */

/** Whether this error keeps a delivery from reading what another one has started. A group or an application that does not exist has nothing. */
export function hidesOtherDelivery({ service, kind }: UpstreamError): boolean {
  return kind === 'denied' || service === 'Secrets Manager';
}

/** What a failure before the start says of its consequence. */
export function startedNothing(anotherMayHaveStarted: boolean): string {
  return anotherMayHaveStarted ? 'this run has started nothing' : 'nothing was started';
}

/** Where to look for what another delivery may have started. */
export function otherDeliveryNote({ greenIdentifier }: { readonly greenIdentifier: string }): string {
  return (
    'Should another delivery of this event have launched instances, ' +
    `they carry the tag GreenIdentifier=${greenIdentifier}.`
  );
}
