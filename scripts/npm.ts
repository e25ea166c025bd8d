import { execFileSync } from 'node:child_process';

/** Runs npm and returns what it prints. */
export function npm(args: readonly string[], cwd?: string): string {
  // npm says where it is to those whom it runs; by its name alone Windows would need a shell to find it.
  const path = process.env['npm_execpath'];
  const [program, words] = path === undefined ? ['npm', args] : [process.execPath, [path, ...args]];
  return execFileSync(program, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], cwd });
}

/**
 * Packs a folder as npm would publish it.
 * @returns the name of the file in `destination`
 */
export function npmPack(folder: string, destination: string): string {
  const said = npm(['pack', folder, '--json', '--pack-destination', destination]);
  const [packed] = Object.values(JSON.parse(said) as Record<string, { filename: string }>);
  if (packed === undefined) throw new Error(`npm packed nothing in ${folder}`);
  return packed.filename;
}
