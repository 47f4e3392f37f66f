#!/usr/bin/env node
// The command line is TypeScript, as everything here: tsx reads it.
import './node-version.js';

import('tsx/esm/api').then(({ register }) => {
  register();
  return import('../src/cli/main.ts');
});
