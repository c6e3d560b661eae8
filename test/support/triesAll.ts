/** CI tries everything (FAULTS=all); `npm test` leaves out what is the same as another case, or random. */
export const TRIES_ALL = process.env['FAULTS'] === 'all';
