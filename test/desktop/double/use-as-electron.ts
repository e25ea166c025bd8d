import { registerHooks } from 'node:module';

/** Preloaded into a process: whoever imports or requires Electron there gets the double. */
const double = new URL('./as-electron.ts', import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    return specifier === 'electron' || specifier.startsWith('electron/')
      ? { url: double, format: 'module-typescript', shortCircuit: true }
      : next(specifier, context);
  },
});
