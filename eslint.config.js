import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

/**
 * The arrows of docs/architecture.md: which rooms of src-main a room may know.
 * Every room may use src-shared; src-shared uses nothing; nobody but desktop may import electron.
 */
const arrows = {
  relay: ['store/'],
  store: [],
  metrics: [],
  security: ['store/'],
  settings: [],
  http: ['relay/', 'security/', 'settings/', 'metrics/'],
  mcp: ['relay/', 'security/', 'settings/'],
  remote: ['mcp/', 'security/', 'settings/'],
  clients: [],
  cli: ['relay/', 'security/', 'settings/', 'remote/', 'clients/', 'runtime/'],
  runtime: ['relay/', 'store/', 'metrics/', 'security/', 'settings/', 'http/', 'mcp/', 'remote/'],
  desktop: ['security/', 'settings/', 'runtime/', 'clients/'],
};
const rooms = [
  'relay',
  'store',
  'metrics',
  'security',
  'settings',
  'http',
  'mcp',
  'remote',
  'clients',
  'cli',
  'runtime',
  'desktop',
];

/** Only the engine's own composition may name the engine. */
const enginesOf = (room) => (room === 'runtime' || room === 'store' ? [] : ['**/store/sqlite/**']);

/** Electron itself is imported by the entry and handed on; the window's own script runs where there is nothing else. */
const electronIn = (room) => (room === 'desktop' ? [] : ['electron/*']);

const arrowRules = Object.entries(arrows).map(([room, may]) => {
  const forbidden = rooms.filter((other) => other !== room && !may.includes(`${other}/`));
  return {
    files: [`src-main/${room}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: ['electron', 'electron-store'],
          patterns: [
            {
              group: [...forbidden.map((other) => `**/${other}/**`), ...electronIn(room), ...enginesOf(room)],
              message: `src-main/${room} may only know ${['src-shared', ...may].join(', ')} (see docs/architecture.md).`,
            },
          ],
        },
      ],
    },
  };
});

export default ts.config(
  { ignores: ['dist/', 'coverage/', 'node_modules/'] },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  ...svelte.configs.recommended,
  prettier,
  ...svelte.configs.prettier,
  {
    languageOptions: {
      globals: globals.node,
      parserOptions: { projectService: { allowDefaultProject: ['eslint.config.js', 'scripts/*.js'] } },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts', 'src-renderer/**'],
    languageOptions: {
      globals: globals.browser,
      parserOptions: {
        parser: ts.parser,
        project: './tsconfig.renderer.json',
        projectService: false,
        extraFileExtensions: ['.svelte'],
      },
    },
    rules: {
      // State is replaced, never changed in place: ordinary maps, sets and dates are then what they are.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  ...arrowRules,
  {
    files: ['src-main/desktop/**/*.ts'],
    ignores: ['src-main/desktop/preload.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['electron', 'electron/*', 'electron-store', 'electron-updater'],
              allowTypeImports: true,
              message: 'Take the part of Electron as a parameter, so that a double can stand in for it.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['src-shared/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: ['electron', 'electron-store'],
          patterns: [
            {
              group: ['**/src-main/**', '**/src-renderer/**', 'node:*'],
              message: 'src-shared is what both worlds agree on and imports no room.',
            },
          ],
        },
      ],
    },
  },
  { files: ['scripts/**', 'test/**'], rules: { 'no-console': 'off' } },
  { files: ['*.config.js', 'scripts/*.js'], ...ts.configs.disableTypeChecked },
);
