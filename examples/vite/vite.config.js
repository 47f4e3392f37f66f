/** @type {import('vite').UserConfig} */
export default {
  build: { target: 'es2022' },
  // In development, Vite would move the library away from its files.
  optimizeDeps: { exclude: ['portoon'] },
};
