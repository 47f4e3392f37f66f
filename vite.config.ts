import { defineConfig } from 'vite';
import { contentSecurityPolicy, isolationHeaders } from './src/server/headers.ts';
import { serveModels } from './scripts/models-plugin.ts';
import { serveSignalling } from './scripts/signalling-plugin.ts';

export default defineConfig({
  plugins: [serveModels(), serveSignalling()],
  // The runtime's .wasm and .mjs are our own hashed assets, never a CDN's.
  resolve: { conditions: ['onnxruntime-web-use-extern-wasm', 'module', 'browser', 'development|production'] },
  worker: { format: 'es' },
  // Named here, for the worker's imports are not found in advance, and a page that reloads loses its worker.
  optimizeDeps: {
    exclude: ['onnxruntime-web'],
    include: [
      'comlink',
      'pixi.js',
      'pixi.js/unsafe-eval',
      'pixi.js/webworker',
      'valibot',
      'preact',
      'preact/hooks',
      'preact/jsx-dev-runtime',
      '@preact/signals',
      'mediabunny',
      '@mediabunny/aac-encoder',
      'gifenc',
    ],
  },
  build: {
    target: 'esnext',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    // The studio, the page for OBS, and what the command line drives.
    rolldownOptions: { input: ['index.html', 'obs.html', 'convert.html'] },
  },
  server: { headers: isolationHeaders },
  preview: { headers: { ...isolationHeaders, 'Content-Security-Policy': contentSecurityPolicy() } },
});
