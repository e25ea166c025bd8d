import { loadSettings, type SettingsInput } from '../settings/load.ts';
import { version } from './version.ts';

/** `claude-bridge [serve]`: runs until it is asked to stop. */
export async function serveCommand(input: SettingsInput): Promise<number> {
  const loaded = await loadSettings(input);
  const { serve } = await import('../runtime/serve.ts');
  return await serve(loaded, { version });
}

/** `claude-bridge --stdio`: runs until standard input ends. */
export async function stdioCommand(input: SettingsInput): Promise<number> {
  const loaded = await loadSettings(input);
  const { serveStdio } = await import('../runtime/serve-stdio.ts');
  return await serveStdio(loaded, { version });
}
