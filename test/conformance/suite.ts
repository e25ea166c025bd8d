import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { scratchDirectory } from '../support/program.ts';

const manifest = '@modelcontextprotocol/conformance/package.json';

/**
 * Runs scenarios of the official conformance suite against a server.
 * @param url of the endpoint
 * @param scenario one of them; all by default
 * @param expectedFailures those that are known to fail; one of them that passes is a failure, too
 */
export async function runSuite(
  url: string,
  { scenario, expectedFailures = [] }: { scenario?: string; expectedFailures?: readonly string[] } = {},
): Promise<{ code: number | null; output: string }> {
  const require = createRequire(import.meta.url);
  const folder = scratchDirectory();
  const baseline = join(folder, 'expected-failures.yml');
  writeFileSync(baseline, `server: [${expectedFailures.join(', ')}]\n`);
  const program = join(require.resolve(manifest), '..', 'dist/index.js');
  const which =
    scenario === undefined ? ['--suite', 'all', '--expected-failures', baseline] : ['--scenario', scenario];
  const child = spawn(process.execPath, [program, 'server', '--url', url, ...which], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, errors, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ]);
  return { code, output: output + errors };
}
