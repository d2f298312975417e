import eslint from '@eslint/js';
import jsxA11y from 'eslint-plugin-jsx-a11y-x';
import tseslint from 'typescript-eslint';

/** Scripts without a TypeScript project: Node's globals, and those of the page for the test harness. */
const plainScriptGlobals = [
  ...[
    'process',
    'console',
    'URL',
    'Buffer',
    'fetch',
    'TextDecoder',
    'structuredClone',
    'AbortController',
    'AbortSignal',
  ],
  ...[
    'setTimeout',
    'clearTimeout',
    'setInterval',
    'clearInterval',
    'setImmediate',
    'require',
    'module',
    'exports',
    '__dirname',
  ],
  ...['window', 'document', 'MessageEvent', 'PerformanceObserver'],
];

/** What each layer may not import; dependency-cruiser follows the same table transitively. */
const closedModules = (...patterns) => ({
  'no-restricted-imports': [
    'error',
    {
      patterns: patterns.map((group) => ({
        group: [group],
        message: 'This layer may not import it: see the dependency table in ARCHITECTURE.md.',
      })),
    },
  ],
});

export default tseslint.config(
  { ignores: ['dist/', 'out/', '.cache/', 'node_modules/', 'coverage/', 'test/fixtures/', 'scripts/sample-folder/'] },
  eslint.configs.recommended,
  {
    files: ['**/*.{ts,tsx,mts}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: ['*.mts'] }, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { ignoreRestSiblings: true, argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      'no-console': 'error',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['src/core/**'],
    rules: closedModules(
      'vscode',
      'node:*',
      'fs',
      'path',
      'preact*',
      '**/node/**',
      '**/extension/**',
      '**/webview/**',
      '**/protocol/**',
    ),
  },
  {
    files: ['src/protocol/**'],
    rules: closedModules('vscode', 'node:*', 'preact*', '**/node/**', '**/extension/**', '**/webview/**'),
  },
  {
    files: ['src/node/**'],
    rules: closedModules('vscode', 'preact*', '**/extension/**', '**/webview/**', '**/protocol/**'),
  },
  {
    files: ['src/server/**'],
    rules: closedModules('vscode', 'preact*', '**/node/**', '**/extension/**', '**/webview/**', '**/protocol/**'),
  },
  {
    files: ['src/webview/**'],
    extends: [jsxA11y.configs.recommended],
    rules: closedModules('vscode', 'node:*', '**/node/**', '**/extension/**'),
  },
  { files: ['src/extension/**'], rules: closedModules('preact*', '**/webview/**') },
  {
    files: ['**/*.{mjs,cjs,js}'],
    languageOptions: { globals: Object.fromEntries(plainScriptGlobals.map((name) => [name, 'readonly'])) },
  },
  { files: ['**/*.{cjs,js}'], languageOptions: { sourceType: 'commonjs' } },
  {
    files: ['test/**', 'scripts/**'],
    rules: {
      'no-console': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
);
