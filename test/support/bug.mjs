// node --import: the first reading of a setting throws, as a bug of the function would.
process.env = new Proxy(process.env, {
  get(env, name) {
    if (name === 'POLL_INTERVAL_SECONDS') throw new TypeError('a bug of the test');
    return env[name];
  },
});
