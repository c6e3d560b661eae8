import { defineConfig, mergeConfig } from 'vitest/config';
import root from '../vitest.config.js';

// cfn-lint and the drift test say more, in less time.
export default mergeConfig(root, defineConfig({ test: { env: { CDK_VALIDATION: 'false' } } }));
