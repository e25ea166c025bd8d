import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Installation } from '../../../src-shared/connect/stdio-server.ts';

/** How the program that runs now is started again. */
export function thisInstallation(): Installation {
  const { execPath, argv } = process;
  const isElectron = 'electron' in process.versions;
  return { execPath, entry: argv[1] ?? '', isElectron, launcher: isElectron ? launcherOf() : undefined };
}

/** The packaged application ships a script for the shell, but not on Windows. */
function launcherOf(): string | undefined {
  const { resourcesPath } = process as { resourcesPath?: string };
  if (resourcesPath === undefined || process.platform === 'win32') return undefined;
  const path = join(resourcesPath, 'bin', 'claude-bridge');
  return existsSync(path) ? path : undefined;
}
