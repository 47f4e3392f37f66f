#!/usr/bin/env node
import { existsSync } from 'node:fs';
import './node-version.js';

// In a checkout the command line is TypeScript, as everything here, and tsx reads it. A package has
// it built, with all that it needs.
if (existsSync(new URL('../src/cli/main.ts', import.meta.url)))
  import('tsx/esm/api').then(({ register }) => {
    register();
    return import('../src/cli/main.ts');
  });
else import('./built/main.js');
