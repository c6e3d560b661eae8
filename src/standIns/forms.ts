/** For form-data, which axios imports for bodies of multipart forms (with mime-db: 160 kB). Nothing here posts a form. */
export default function noForms(): never {
  throw new Error('This bundle posts no forms: it was built without form-data.');
}
