import { resolve } from 'node:path';

export default {
  mode: 'production',
  entry: './main.js',
  experiments: { topLevelAwait: true },
  output: { path: resolve(import.meta.dirname, 'dist'), clean: true },
  performance: { hints: false },
};
