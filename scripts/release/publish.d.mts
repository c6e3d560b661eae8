export function publishingCommands(release: { version: string; out: string }): Promise<string[][]>;
