/*
 * The direction of imports in src/: a folder imports only from those before it, and nothing goes in a circle.
 * dependency-cruiser was chosen over a lint rule since it knows folders, type-only imports, and draws the picture (CONTRIBUTING.md).
 */
const LAYERS = ['lib', 'input', 'clients', 'deployment', 'diagnosis', 'report'];

/** Of the files at the root, these may be imported from anywhere. */
const LEAVES = '^src/(errors|causes)\\.ts$';

const upward = LAYERS.map((layer, index) => ({
  name: `${layer}-imports-from-before-it`,
  severity: 'error',
  comment: `src/${layer} may import from ${['errors.ts', 'causes.ts', ...LAYERS.slice(0, index)].join(', ')} only.`,
  from: { path: `^src/${layer}/` },
  to: { path: '^src/', pathNot: [LEAVES, `^src/(${LAYERS.slice(0, index + 1).join('|')})/`] },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    { name: 'no-circle', severity: 'error', from: { path: '^src/' }, to: { circular: true } },
    ...upward,
    {
      name: 'leaves-import-leaves',
      severity: 'error',
      from: { path: LEAVES },
      to: { path: '^src/', pathNot: LEAVES },
    },
    {
      name: 'no-test-in-the-product',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|scripts)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    reporterOptions: { mermaid: { minify: false } },
  },
};
