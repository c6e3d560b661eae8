export function bundleScript(file: string): Promise<string>;
