import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What the bundle leaves to Node: its own modules, and the one native module. */
const external = [/^node:/, ...builtinModules, 'better-sqlite3'];

/** One configuration, two bundles: the page (client) and the relay with its command line (main). */
export default defineConfig({
  root: 'src-renderer',
  base: './',
  plugins: [svelte({ configFile: false, compilerOptions: { runes: true } })],
  builder: {
    async buildApp(builder) {
      for (const name of ['client', 'main'] as const) {
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
      },
    },
    main: {
      consumer: 'server',
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
          external,
          input: {
            cli: source('src-main/cli.ts'),
            'backup-worker': source('src-main/store/sqlite/backup-worker.ts'),
            'checkpoint-worker': source('src-main/store/sqlite/checkpoint-worker.ts'),
          },
          // Chunks lie beside their entries, so that `import.meta.url` finds the workers from any of them.
          output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
        },
      },
    },
  },
});
