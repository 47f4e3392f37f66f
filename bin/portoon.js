#!/usr/bin/env node
// The command line is TypeScript, as everything here: tsx reads it.
import { register } from 'tsx/esm/api';

register();
await import('../src/cli/main.ts');
