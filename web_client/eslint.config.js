import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'src/protocol/wire.ts', 'src/protocol/bodies.ts'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      complexity: ['error', 10],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/unbound-method': 'off', // Lit binds listeners to their element
      '@typescript-eslint/no-restricted-imports': 'off',
    },
  },
  {
    files: ['src/protocol/**/*.ts'],
    rules: {
      // The protocol knows no page: it runs in a test, a worker or another client alike.
      'no-restricted-globals': ['error', 'window', 'document', 'navigator', 'sessionStorage'],
      'no-restricted-imports': ['error', { patterns: ['**/media/*', '**/ui/*', '**/widget/*'] }],
    },
  },
  {
    files: ['src/media/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: ['**/ui/*', '**/widget/*'] }] },
  },
  {
    files: ['public/*.js'],
    languageOptions: { globals: { self: 'readonly', URL: 'readonly' } },
  },
  {
    files: ['scripts/*.mjs'],
    languageOptions: { globals: { URL: 'readonly', console: 'readonly', process: 'readonly' } },
  },
);
