/** For Node's http2, which axios imports for `httpVersion: 2`. Nothing here asks for that. */
function connect(): never {
  throw new Error('This bundle speaks no HTTP/2: it was built without it.');
}

export default { connect, constants: {} };
