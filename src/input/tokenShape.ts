/**
 * Whether a text is, or has in it, an unbroken run of 32 or more hex or base64 characters that was not put together from
 * words. Names have words: `prod/spot-api-token-for-the-web-shop-team` is one, though each of its characters is base64url.
 */
export function looksLikeToken(text: string): boolean {
  if (HEX_RUN.test(text) || LETTERS_AND_DIGITS_RUN.test(text)) return true;
  return (text.replace(UUID, '').match(BASE64_RUN) ?? []).some(
    (run) => oddChanges(run) / run.length > MOST_ODD_IN_NAMES,
  );
}

const HEX_RUN = /[0-9a-f]{32}/i;
const LETTERS_AND_DIGITS_RUN = /(?![A-Za-z]{32})[A-Za-z0-9]{32}/;
const BASE64_RUN = /[A-Za-z0-9+/_=-]{32,}/g;
/** Its hyphens break it; secrets are named by them. */
const UUID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi;
/** Of random base64 about 3 in 10 characters are followed by an odd one, of names hardly any. */
const MOST_ODD_IN_NAMES = 0.12;

/** How often the kind of character changes as it does not in words and numbers: a digit before a letter, a lone capital. */
function oddChanges(run: string): number {
  return run.match(/[0-9](?=[A-Za-z])|[A-Z](?=[0-9])|[a-z](?=[A-Z](?![a-z]))/g)?.length ?? 0;
}

/**
 * The opposite, for what looksLikeToken lets pass by chance: whether a text is surely the name of a secret, so that it may be
 * shown. It is made of whole words and short numbers; an ARN names a secret whatever it ends in.
 */
export function isSurelyName(text: string): boolean {
  if (text.startsWith('arn:')) return true;
  const pieces = text.split(/[/_+=.@-]+/);
  return (text.match(/\d/g) ?? []).length <= 8 && pieces.every((piece) => WORDS.test(piece));
}

/** `api`, `v2`, `API`, `SpotApiToken`, `2026`: no lone capital among small letters, and no digit before a letter. */
const WORDS = /^(?:[A-Z]{0,12}|[a-z]{0,20}(?:[A-Z][a-z]{2,12})*)\d{0,4}$/;
