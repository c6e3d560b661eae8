import root from '../eslint.config.js';

// The project's rules, with what the construct's users and CDK's own conventions ask for.
export default [...root, { ignores: ['dist/', 'build/'] }];
