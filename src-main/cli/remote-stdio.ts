import { definitionOf, settingKeys } from '../../src-shared/settings.ts';
import { serveRemoteStdio } from '../remote/serve-stdio.ts';
import { letYoungSpaceGrow } from '../runtime/young-space.ts';
import { ConfigurationError } from '../settings/configuration-error.ts';
import type { SettingsInput } from '../settings/load.ts';
import { exitCode } from './exit-codes.ts';
import { printWarnings } from './output.ts';
import { findTarget } from './target.ts';
import type { TargetOptions } from './target-options.ts';
import { version } from './version.ts';

/** `claude-bridge --stdio --url …`: the tools, answered by a relay elsewhere. Runs until standard input ends. */
export async function remoteStdioCommand(options: TargetOptions, input: SettingsInput): Promise<number> {
  refuseSettings(input);
  const target = findTarget(options, input);
  printWarnings(target.warnings);
  const stop = () => process.stdin.destroy();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  letYoungSpaceGrow();
  await serveRemoteStdio({
    ...{ target, version, input: process.stdin, output: process.stdout },
    say: (sentence) => printWarnings([sentence]),
  });
  return exitCode('fine');
}

/** Whoever gives a setting of a relay expects that it counts. */
function refuseSettings({ flags }: SettingsInput): void {
  const setting = settingKeys.find((key) => flags[key] !== undefined);
  if (setting === undefined) return;
  const { flag } = definitionOf(setting);
  throw new ConfigurationError(`${flag} is for a relay of this machine; with --url the relay is elsewhere`);
}
