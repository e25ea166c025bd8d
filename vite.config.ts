import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { completeLicences } from './scripts/licences.ts';

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What the bundle leaves to Node and Electron: their own modules, and the one native module. */
const external = [/^node:/, ...builtinModules, /^electron(?:\/|$)/, 'better-sqlite3'];

/** On a busy machine a build would print how long its plug-ins took, before the first line of what was started. */
const checks = { pluginTimings: false };

/**
 * One configuration, three bundles: the page (client), the relay with its command line and the desktop application (main),
 * and the script between page and application (preload).
 */
export default defineConfig({
  root: 'src-renderer',
  base: './',
  plugins: [svelte({ configFile: false, compilerOptions: { runes: true } }), completeLicences()],
  builder: {
    async buildApp(builder) {
      for (const name of ['client', 'main', 'preload'] as const) {
        const environment = builder.environments[name];
        if (environment) await builder.build(environment);
      }
    },
  },
  environments: {
    client: {
      build: {
        outDir: '../dist/renderer',
        emptyOutDir: true,
        target: 'es2024',
        // The polyfill is an inline script, which our content security policy forbids.
        modulePreload: { polyfill: false },
        assetsInlineLimit: 0,
        license: { fileName: 'licences.md' },
        rolldownOptions: {
          checks,
          output: {
            // Together and by themselves, so that zod knows what it may not try before any other chunk has a schema.
            codeSplitting: { groups: [{ name: 'zod', test: /node_modules[\\/]zod[\\/]|zod-without-eval/ }] },
          },
        },
      },
    },
    main: {
      consumer: 'server',
      // React has two builds; without this both would be bundled and the slow one used.
      define: { 'process.env.NODE_ENV': '"production"' },
      resolve: { noExternal: true, external: ['better-sqlite3'] },
      build: {
        outDir: '../dist/main',
        emptyOutDir: true,
        copyPublicDir: false,
        ssr: true,
        target: 'node22',
        minify: false,
        license: { fileName: 'licences.md' },
        sourcemap: true,
        rolldownOptions: {
          checks,
          external,
          input: {
            cli: source('src-main/cli.ts'),
            desktop: source('src-main/desktop.ts'),
            'backup-worker': source('src-main/store/sqlite/backup-worker.ts'),
            'checkpoint-worker': source('src-main/store/sqlite/checkpoint-worker.ts'),
          },
          // Chunks lie beside their entries, so that `import.meta.url` finds the workers from any of them.
          output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
        },
      },
    },
    preload: {
      consumer: 'server',
      resolve: { noExternal: true },
      build: {
        outDir: '../dist/preload',
        emptyOutDir: true,
        copyPublicDir: false,
        ssr: true,
        target: 'chrome150',
        minify: false,
        rolldownOptions: {
          checks,
          external,
          input: { preload: source('src-main/desktop/preload.ts') },
          // A sandboxed script is one file, and no module.
          output: { format: 'cjs', entryFileNames: '[name].cjs' },
        },
      },
    },
  },
});
