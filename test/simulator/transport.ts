import type { AxiosAdapter } from 'axios';
import { axiosAdapterFor } from './axiosAdapter';
import { describeCall, type CallDescription } from './calls';
import { playCall, type FaultKind, type Injector, type Outcome } from './faults';
import { sdkHandlerFor, type SdkRequestHandler } from './sdkHandler';
import type { WireRequest, WireResponse } from './wire';
import type { World } from './world';

export interface TransportSettings {
  readonly world: World;
  readonly inject?: Injector;
  /** Called on killed-before and killed-after; from then on no call of this transport arrives or settles. */
  readonly onKill?: (call: TransportCall) => void;
  /** How long a call takes (ms), half of it before the request arrives; without it a call takes no time and no timer. */
  readonly latencyMs?: (callIndex: number) => number;
  /** The SDK handler's own requestTimeout, as with `throwOnRequestTimeout: true` (ms); without it a call can hang. */
  readonly requestTimeoutMs?: number;
  /** A list to go on with, so that several transports count their calls together. */
  readonly calls?: TransportCall[];
  /** Called with the bytes of each call. */
  readonly onExchange?: (exchange: Exchange) => void;
}

export interface Exchange {
  readonly call: TransportCall;
  readonly request: WireRequest;
  /** Absent when there was no answer. */
  readonly response: WireResponse | undefined;
}

export interface TransportCall extends CallDescription {
  readonly index: number;
  readonly fault: FaultKind | undefined;
  /** HTTP status; absent when there was no answer. */
  status: number | undefined;
}

export interface Transport {
  /** For an SDK v3 client's `requestHandler`. */
  readonly requestHandler: SdkRequestHandler;
  /** For axios' `adapter`. */
  readonly axiosAdapter: AxiosAdapter;
  readonly calls: readonly TransportCall[];
  /** The process dies, e.g. by Lambda's time limit: no call arrives or settles any more. */
  kill(): void;
}

/** Sends one request and tells the outcome; it settles at once, or after the latency. */
export type Send = (request: WireRequest) => Promise<Outcome>;

/** The world without sockets: the real bytes go to `world.handle`. */
export function inProcessTransport(settings: TransportSettings): Transport {
  const calls = settings.calls ?? [];
  const life = { isOver: false };
  const send = senderFor(settings, calls, life);
  return {
    requestHandler: sdkHandlerFor(send, settings.requestTimeoutMs),
    axiosAdapter: axiosAdapterFor(send),
    calls,
    kill: () => {
      life.isOver = true;
    },
  };
}

function senderFor(settings: TransportSettings, calls: TransportCall[], life: { isOver: boolean }): Send {
  return async (request) => {
    if (life.isOver) return { kind: 'silence' };
    const description = describeCall(request);
    const index = calls.length;
    const fault = settings.inject?.(index, description);
    const call: TransportCall = { ...description, index, fault, status: undefined };
    calls.push(call);
    const latency = settings.latencyMs?.(index) ?? 0;
    await pause(latency / 2);
    // A process that dies while its request is on the way does not call it back: the request arrives all the same.
    const outcome = playCall(settings.world, request, fault);
    if (outcome.kind === 'killed') {
      life.isOver = true;
      settings.onKill?.(call);
    }
    const response = outcome.kind === 'answer' ? outcome.response : undefined;
    call.status = response?.status;
    settings.onExchange?.({ call, request, response });
    await pause(latency / 2);
    return life.isOver ? { kind: 'silence' } : outcome;
  };
}

/** The global setTimeout, so that a fake one makes it virtual. */
async function pause(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}
