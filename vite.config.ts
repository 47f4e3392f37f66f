import { defineConfig } from 'vite';
import { contentSecurityPolicy, isolationHeaders } from './src/server/headers.ts';
import { serveModels } from './scripts/models-plugin.ts';

export default defineConfig({
  plugins: [serveModels()],
  // The runtime's .wasm and .mjs are our own hashed assets, never a CDN's.
  resolve: { conditions: ['onnxruntime-web-use-extern-wasm', 'module', 'browser', 'development|production'] },
  worker: { format: 'es' },
  optimizeDeps: { exclude: ['onnxruntime-web'] },
  build: { target: 'esnext', assetsInlineLimit: 0, chunkSizeWarningLimit: 1500 },
  server: { headers: isolationHeaders },
  preview: { headers: { ...isolationHeaders, 'Content-Security-Policy': contentSecurityPolicy } },
});
