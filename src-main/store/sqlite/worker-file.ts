/** A worker lies beside this module: as source while developing, as a bundle of its own when built. */
export function workerFile(name: 'backup-worker' | 'checkpoint-worker'): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`./${name}.${extension}`, import.meta.url);
}
