export function readTestReport(file: string): { readonly passed: number; readonly failed: number };
