import { defineConfig } from 'vite';
import { contentSecurityPolicy, isolationHeaders } from './src/server/http/headers.ts';
import { lendMediabunny } from './scripts/aac-plugin.ts';
import { listForOffline } from './scripts/offline-plugin.ts';
import { serveModels } from './scripts/models-plugin.ts';
import { serveSignalling } from './scripts/signalling-plugin.ts';

export default defineConfig({
  // The app may lie below a path: every address is seen from its page.
  base: './',
  plugins: [lendMediabunny(), serveModels(), serveSignalling(), listForOffline()],
  // The runtime's .wasm and .mjs are our own hashed assets, never a CDN's.
  resolve: { conditions: ['onnxruntime-web-use-extern-wasm', 'module', 'browser', 'development|production'] },
  worker: { format: 'es', plugins: () => [lendMediabunny()] },
  // Named here, for the worker's imports are not found in advance, and a page that reloads loses
  // its worker.
  optimizeDeps: {
    exclude: ['onnxruntime-web', '@mediabunny/aac-encoder'],
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
      'gifenc',
    ],
  },
  build: {
    target: 'esnext',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      // The studio, the page for OBS, what the command line drives, and what answers for the server
      // where it is out of reach.
      input: ['index.html', 'obs.html', 'convert.html', 'src/offline/service-worker.ts'],
      output: {
        // It answers for the addresses beneath its own, which must not change.
        entryFileNames: ({ name }) => (name === 'service-worker' ? '[name].js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  server: { headers: isolationHeaders },
  preview: { headers: { ...isolationHeaders, 'Content-Security-Policy': contentSecurityPolicy() } },
});
