export function writeChecksums(folder: string): Promise<void>;
