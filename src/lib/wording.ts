/**
 * A text for the user, or one with parts that differ. Those that reach CodePipeline or the log as a warning are in the
 * catalogue (report/messages.ts); docs/troubleshooting.md has each of them, with … for its parts.
 */
export type Message = string | ((...parts: string[]) => string);
export type Messages = Readonly<Record<string, Message>>;

/** `42s`, `3m10s`, `2h05m` */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole}s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? `${minutes}m` : `${minutes}m${pad(whole % 60)}s`;
  return minutes % 60 === 0 ? `${Math.floor(minutes / 60)}h` : `${Math.floor(minutes / 60)}h${pad(minutes % 60)}m`;
}

function pad(number: number): string {
  return String(number).padStart(2, '0');
}

/** `09:00:45Z`, of a time in ms since the epoch. */
export function timeOfDay(time: number | undefined): string {
  const date = new Date(time ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? 'an unknown time' : `${date.toISOString().slice(11, 19)}Z`;
}

/** Cuts a text to at most `limit` characters (UTF-16 units), with an ellipsis where something is missing. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  // Not in the middle of a surrogate pair: half a character is not valid in JSON's UTF-8.
  return `${text
    .slice(0, limit - 1)
    .toWellFormed()
    .replace(/\uFFFD$/u, '')}…`;
}

/** Keeps the end of a text, at most `limit` characters of it. */
export function cutStart(text: string, limit: number): string {
  if (text.length <= limit) return text;
  if (limit < 1) return '';
  return `…${text
    .slice(text.length - limit + 1)
    .toWellFormed()
    .replace(/^\uFFFD/u, '')}`;
}

/** The text with a capital first letter. */
export function asSentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** `a, b and 3 more` */
export function listing(items: readonly string[], shown = 10): string {
  const more = items.length - shown;
  return more > 0 ? `${items.slice(0, shown).join(', ')} and ${more} more` : items.join(', ');
}
