/** Node's process, for the SDK, but not by `import`: that reads every property, and so opens standard input. */
export const { env, versions } = process;
