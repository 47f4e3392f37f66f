import stylistic from '@stylistic/eslint-plugin';
import tseslint from 'typescript-eslint';

const runtime = {
  group: ['onnxruntime-web', 'onnxruntime-web/*'],
  message: 'only src/effect/onnx imports the runtime',
};
const rooms = {
  group: [
    '**/input/**',
    '**/studio/**',
    '**/server/**',
    '**/call/**',
    '**/record/**',
    '**/obs/**',
    '**/cli/**',
  ],
  message: 'the effect knows no other room',
};
const peers = {
  group: ['simple-peer', 'simple-peer/*', 'socket.io-client'],
  message: 'only src/call makes calls',
};
const media = {
  group: ['mediabunny', '@mediabunny/*', 'gifenc'],
  message: 'only src/record writes files',
};
const server = {
  // What a page and the server say to each other is the one thing they share.
  group: ['**/server/**', '!**/server/signals.ts'],
  message: 'pages know the words of signalling, and nothing else of the server',
};
const refuse = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });

export default tseslint.config(
  { ignores: ['dist/**', 'models/**'] },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Typed-array arithmetic is the craft here; indices are proven in range by the loops around
      // them.
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['**/*.{ts,tsx,js}'],
    plugins: { '@stylistic': stylistic },
    rules: {
      // Comments alone: Prettier wraps the code.
      '@stylistic/max-len': ['error', { code: 10_000, comments: 100, ignoreUrls: true }],
    },
  },
  {
    // 2026-11-30: comments that are still wider. Take a line out when its comments are wrapped.
    files: ['src/effect/**', 'src/studio/**', 'test/{app,browser}/**', 'test/unit/{effect,studio}/**'],
    rules: { '@stylistic/max-len': 'off' },
  },
  // One room, one dependency, and arrows point one way: see docs/architecture.md. A later entry
  // replaces an earlier one.
  { files: ['src/**/*.{ts,tsx}'], rules: refuse(runtime, peers, media) },
  {
    files: ['src/studio/**/*.{ts,tsx}'],
    rules: refuse(runtime, peers, media, { group: ['**/server/**'], message: 'the studio asks the call' }),
  },
  {
    files: ['src/obs/**/*.ts'],
    rules: refuse(runtime, peers, media, {
      group: ['**/server/**', '**/studio/**', '**/record/**'],
      message: 'the OBS page asks the call',
    }),
  },
  {
    files: ['src/call/**/*.ts'],
    rules: refuse(runtime, server, media, {
      group: ['**/studio/**', '**/record/**', '**/obs/**'],
      message: 'arrows point to the effect',
    }),
  },
  {
    files: ['src/input/**/*.ts'],
    rules: refuse(runtime, peers, media, {
      group: ['**/studio/**', '**/server/**', '**/call/**', '**/record/**'],
      message: 'arrows point to the effect',
    }),
  },
  {
    files: ['src/record/**/*.ts'],
    rules: refuse(runtime, peers, {
      group: ['**/studio/**', '**/server/**', '**/call/**'],
      message: 'arrows point to the effect',
    }),
  },
  {
    // The command line stands outside of everything: it serves the app, and a page of it drives the
    // converter.
    files: ['src/cli/**/*.ts'],
    rules: refuse(runtime, peers, media, {
      group: ['**/studio/**', '**/call/**', '**/input/**'],
      message: 'the command line knows the server, the converter and the effect',
    }),
  },
  { files: ['src/effect/**/*.ts'], rules: refuse(runtime, peers, media, rooms) },
  { files: ['src/effect/onnx/**/*.ts'], rules: refuse(peers, media, rooms) },
);
