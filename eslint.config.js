import stylistic from '@stylistic/eslint-plugin';
import tseslint from 'typescript-eslint';

const runtime = {
  group: ['onnxruntime-web', 'onnxruntime-web/*'],
  message: 'only src/effect/runtime imports the runtime',
};
const otherFolders = {
  group: [
    '**/input/**',
    '**/studio/**',
    '**/server/**',
    '**/call/**',
    '**/record/**',
    '**/obs/**',
    '**/cli/**',
  ],
  message: 'the effect imports no other folder',
};
const peers = {
  group: ['simple-peer', 'simple-peer/*', 'socket.io-client'],
  message: 'only src/call makes calls',
};
const media = {
  group: ['mediabunny', '@mediabunny/*', 'gifenc'],
  message: 'only src/record writes files',
};
const effect = {
  group: ['**/effect/**', '!**/effect/index.ts', '!**/effect/look.ts'],
  message: 'other folders use src/effect/index.ts, or look.ts for its values alone',
};
const server = {
  // What a page and the server say to each other is the one thing they share.
  group: ['**/server/**', '!**/server/signals.ts'],
  message: 'pages know the words of signalling, and nothing else of the server',
};
const studio = {
  group: ['**/studio/**'],
  message:
    'nothing outside of the studio imports from it: its features know each other, and main.tsx starts it',
};
const refuse = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });

export default tseslint.config(
  { ignores: ['bin/built/**', 'dist/**', 'dist-lib/**', 'dist-extension/**', 'training/**'] },
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
      // A comment is read at one glance. Prettier wraps the code.
      '@stylistic/max-len': ['error', { code: 10_000, comments: 100, ignoreUrls: true }],
    },
  },
  // One dependency, one folder, and imports point one way: see docs/architecture.md. A later entry
  // replaces an earlier one.
  { files: ['src/**/*.{ts,tsx}'], rules: refuse(runtime, peers, media, studio, effect) },
  {
    files: ['src/studio/**/*.{ts,tsx}'],
    rules: refuse(runtime, peers, media, effect, {
      group: ['**/server/**'],
      message: 'the studio asks the call',
    }),
  },
  {
    // Stores hold the logic and are tested without a browser. Components know them, and not the
    // other way round.
    files: ['src/studio/**/*.ts'],
    ignores: ['src/studio/compose/*.ts'],
    rules: refuse(runtime, peers, media, effect, {
      group: ['**/server/**', '**/*.tsx', '!**/store-slot.tsx'],
      message: 'stores know no components',
    }),
  },
  {
    files: ['src/obs/**/*.ts'],
    rules: refuse(runtime, peers, media, effect, {
      group: ['**/server/**', '**/studio/**', '**/record/**'],
      message: 'the OBS page asks the call',
    }),
  },
  {
    files: ['src/call/**/*.ts'],
    rules: refuse(runtime, server, media, effect, {
      group: ['**/studio/**', '**/record/**', '**/obs/**'],
      message: 'imports point to the effect',
    }),
  },
  {
    files: ['src/input/**/*.ts'],
    rules: refuse(runtime, peers, media, effect, {
      group: ['**/studio/**', '**/server/**', '**/call/**', '**/record/**'],
      message: 'imports point to the effect',
    }),
  },
  {
    files: ['src/record/**/*.ts'],
    ignores: ['**/*.worker.ts'],
    rules: refuse(runtime, peers, effect, {
      group: ['**/studio/**', '**/server/**', '**/call/**'],
      message: 'imports point to the effect',
    }),
  },
  {
    // The command line stands outside of everything: it serves the app, and a page of it drives the
    // converter.
    files: ['src/cli/**/*.ts'],
    rules: refuse(runtime, peers, media, effect, {
      group: ['**/studio/**', '**/call/**', '**/input/**'],
      message: 'the command line knows the server, the converter and the effect',
    }),
  },
  {
    files: ['src/queue/**/*.ts'],
    rules: refuse(runtime, peers, media, effect, {
      group: ['**/studio/**', '**/call/**', '**/input/**', '**/server/**', '**/cli/**'],
      message: 'the queue knows what the converter and the effect say',
    }),
  },
  { files: ['src/effect/**/*.ts'], rules: refuse(runtime, peers, media, otherFolders) },
  { files: ['src/effect/runtime/**/*.ts'], rules: refuse(peers, media, otherFolders) },
  {
    // Everybody may import these, so they import nobody.
    files: ['src/common/**/*.ts', 'src/media/**/*.ts'],
    rules: refuse(runtime, peers, media, otherFolders, {
      group: ['**/effect/**'],
      message: 'common and media import no other folder',
    }),
  },
  {
    // The package's own modules stand in for those of the effect.
    files: ['src/package/**/*.ts'],
    rules: refuse(runtime, peers, media, otherFolders),
  },
  {
    // Nothing imports from the extension. It has the effect and the camera, and no other folder.
    files: ['extension/**/*.{ts,tsx}'],
    rules: refuse(runtime, peers, media, effect, {
      group: ['**/studio/**', '**/server/**', '**/call/**', '**/record/**', '**/obs/**', '**/cli/**'],
      message: 'the extension knows the effect and the camera',
    }),
  },
  {
    // A worker loads only what it needs of the effect, and not the page's side of it.
    files: ['src/record/**/*.worker.ts'],
    rules: refuse(runtime, peers, {
      group: ['**/studio/**', '**/server/**', '**/call/**'],
      message: 'imports point to the effect',
    }),
  },
);
