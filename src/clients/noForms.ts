/**
 * Stands in the bundle for form-data, which axios imports for bodies of multipart forms (with mime-db: 160 kB that would
 * be loaded before the first call). Nothing here posts a form; scripts/build.mjs and template.yaml put it in its place.
 */
export default function noForms(): never {
  throw new Error('This bundle posts no forms: it was built without form-data.');
}
