import root from '../jest.config.js';

process.env['CDK_VALIDATION'] = 'false'; // cfn-lint and the drift test say more, in less time

/** @type {import('jest').Config} */
export default {
  ...root,
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  sandboxInjectedGlobals: [], // aws-cdk-lib declares names of its own, such as Function
  // The checks of the function bring their libraries from the project's own folder.
  roots: ['<rootDir>/src', '<rootDir>/test', '<rootDir>/../src'],
};
