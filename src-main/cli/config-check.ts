import { loadCertificate } from '../security/certificate.ts';
import { loadSettings, type SettingsInput } from '../settings/load.ts';
import { exitCode } from './exit-codes.ts';
import { print, printWarnings } from './output.ts';

/** `claude-bridge config check`: `ok`, or the first thing that would stop the relay from starting. */
export async function configCheck(input: SettingsInput): Promise<number> {
  const loaded = await loadSettings(input);
  const { tlsCert, tlsKey } = loaded.settings;
  const certificate =
    tlsCert !== undefined && tlsKey !== undefined
      ? loadCertificate({ certPath: tlsCert, keyPath: tlsKey })
      : undefined;
  printWarnings([...loaded.warnings, ...(certificate?.warnings ?? [])]);
  print('ok');
  return exitCode('fine');
}
