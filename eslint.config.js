import tseslint from 'typescript-eslint';

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
      // Typed-array arithmetic is the craft here; indices are proven in range by the loops around them.
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  // One room, one dependency: see docs/architecture.md.
  {
    files: ['src/**/*.{ts,tsx}'],
    ignores: ['src/effect/onnx/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['onnxruntime-web', 'onnxruntime-web/*'], message: 'only src/effect/onnx imports the runtime' }] },
      ],
    },
  },
  {
    files: ['src/effect/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['**/input/**', '**/studio/**', '**/server/**'], message: 'the effect knows no other room' }] },
      ],
    },
  },
  {
    files: ['src/input/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['**/studio/**', '**/server/**'], message: 'arrows point to the effect' }] },
      ],
    },
  },
);
