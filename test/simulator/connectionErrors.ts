/** Errors of Node's sockets, as a client sees them. */
export interface ConnectionError extends Error {
  readonly code: 'ECONNREFUSED' | 'ECONNRESET';
}

export function connectionError(kind: 'refused' | 'reset'): ConnectionError {
  if (kind === 'reset') {
    return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' } as const);
  }
  return Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:443'), {
    code: 'ECONNREFUSED',
    errno: -111,
    syscall: 'connect',
    address: '127.0.0.1',
    port: 443,
  } as const);
}
