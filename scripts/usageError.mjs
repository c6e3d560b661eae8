/** What the user got wrong, or what the project is not ready for: its message says it, without a stack. */
export class UsageError extends Error {}
