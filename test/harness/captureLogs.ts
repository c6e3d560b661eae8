/** Powertools writes to the global console when POWERTOOLS_DEV is set; the harness reads it there. */
export function captureLogs(): { readonly lines: readonly string[]; release(): void } {
  const lines: string[] = [];
  const names = ['debug', 'info', 'warn', 'error', 'log', 'trace'] as const;
  const originals = names.map((name) => [name, console[name]] as const);
  const devMode = process.env['POWERTOOLS_DEV'];
  process.env['POWERTOOLS_DEV'] = 'true';
  for (const name of names) console[name] = (...words: unknown[]) => void lines.push(words.map(String).join(' '));
  return {
    lines,
    release() {
      for (const [name, original] of originals) console[name] = original;
      if (devMode === undefined) delete process.env['POWERTOOLS_DEV'];
      else process.env['POWERTOOLS_DEV'] = devMode;
    },
  };
}
