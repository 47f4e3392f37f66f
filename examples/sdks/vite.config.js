/** @type {import('vite').UserConfig} */
export default {
  build: { target: 'es2022', chunkSizeWarningLimit: 10_000 },
  // In development, Vite would move the library away from its files.
  optimizeDeps: { exclude: ['portoon'] },
  // Some of the SDKs are written for tools that know Node's names.
  define: { global: 'globalThis' },
};
