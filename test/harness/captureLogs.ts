/** Powertools, its metrics included, writes to the global console when POWERTOOLS_DEV is set; the harness reads it there. */
export function captureLogs(): { readonly lines: readonly string[]; release(): void } {
  const lines: string[] = [];
  const names = ['debug', 'info', 'warn', 'error', 'log', 'trace'] as const;
  const originals = names.map((name) => [name, console[name]] as const);
  const before = { ...process.env };
  process.env['POWERTOOLS_DEV'] = 'true';
  // Without it, POWERTOOLS_DEV switches the metrics off.
  process.env['POWERTOOLS_METRICS_DISABLED'] = 'false';
  for (const name of names) console[name] = (...words: unknown[]) => void lines.push(words.map(String).join(' '));
  return {
    lines,
    release() {
      for (const [name, original] of originals) console[name] = original;
      for (const name of ['POWERTOOLS_DEV', 'POWERTOOLS_METRICS_DISABLED']) {
        if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = before[name];
      }
    },
  };
}
