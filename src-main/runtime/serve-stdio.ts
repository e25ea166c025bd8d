import { principals } from '../security/principal.ts';
import type { LoadedSettings } from '../settings/load.ts';
import { startCore } from './core.ts';
import { prepareDataDirectory } from './data-directory.ts';
import { createLog } from './log.ts';
import { letYoungSpaceGrow } from './young-space.ts';

/**
 * Serves MCP over standard input and output on the database itself, beside a running relay or without one. Resolves
 * with the exit code when the client closes the input. Nothing but the protocol goes to standard output.
 */
export async function serveStdio(loaded: LoadedSettings, { version }: { version: string }): Promise<number> {
  const log = await createLog(loaded.settings.logLevel);
  for (const warning of loaded.warnings) log.warn(warning);
  prepareDataDirectory(loaded.paths);
  const settings = () => loaded.settings;
  const core = startCore(settings, log);
  const { createMcp } = await import('../mcp/index.ts');
  const mcp = createMcp({ relay: core.relay, version, limits: settings, stateless: false, log });
  letYoungSpaceGrow();
  const stop = () => process.stdin.destroy();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    await mcp.serveStdio({ input: process.stdin, output: process.stdout, principal: principals.process });
    return 0;
  } finally {
    await mcp.close();
    await core.stop();
  }
}
