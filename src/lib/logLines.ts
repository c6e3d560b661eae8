/* How a line of a log is taken apart, as sources of regular expressions. */

/** A line break, also in JSON's notation. */
export const LINE_BREAK = String.raw`(?:\r?\n|(?<!\\)\\+n)`;
/** What CodeDeploy's agent puts before each line of a script. */
export const AGENT_PREFIX = String.raw`(?:\[std(?:out|err)\])?`;
/** Colours. */
export const COLOURS = `(?:${String.fromCharCode(0x1b)}\\[[\\d;]{0,20}[A-Za-z]){0,3}`;
