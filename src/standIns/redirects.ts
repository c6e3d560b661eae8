/** For follow-redirects: axios asks it only where redirects may be followed, and SpotApi forbids them. */
function request(): never {
  throw new Error('This bundle follows no redirects: it was built without follow-redirects.');
}

export default { http: { request }, https: { request } };
