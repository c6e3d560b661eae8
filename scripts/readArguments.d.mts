import type { parseArgs, ParseArgsConfig } from 'node:util';
export function readArguments<T extends ParseArgsConfig>(config?: T): ReturnType<typeof parseArgs<T>>;
export function refuse(message: string): never;
