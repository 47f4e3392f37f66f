#!/usr/bin/env node
// What npm start runs. Imports come one after the other, so that an old Node gets to its sentence.
import './node-version.js';

import('tsx/esm/api').then(({ register }) => {
  register();
  return import('../src/server/start.ts').then(({ start }) => start(process.argv.slice(2)));
});
