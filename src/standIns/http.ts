/**
 * Node's http, for axios, but not by `import`: since Node 22 that reads `http.WebSocket`, for which Node loads its whole
 * fetch implementation (undici).
 */
const http = process.getBuiltinModule('node:http');

export default http;
export const { Agent, request } = http;
