import { existsSync } from 'node:fs';
import { definitionOf, settingKeys } from '../../src-shared/settings.ts';
import type { SettingSource } from '../../src-shared/api/settings.ts';
import { shownValue } from '../../src-shared/settings/check.ts';
import { setWithoutEffect } from '../settings/environment.ts';
import { loadSettings, type LoadedSettings, type SettingsInput } from '../settings/load.ts';
import { exitCode } from './exit-codes.ts';
import { print, printWarnings } from './output.ts';

/** `claude-bridge config show`: every effective value and where it came from. */
export async function configShow(input: SettingsInput, asJson: boolean): Promise<number> {
  const loaded = await loadSettings(input);
  print(asJson ? JSON.stringify(report(loaded, input.env), undefined, 2) : table(loaded, input.env));
  printWarnings(loaded.warnings);
  return exitCode('fine');
}

function report({ settings, sources, paths, warnings }: LoadedSettings, env: NodeJS.ProcessEnv) {
  const entries = settingKeys.map((key) => {
    const { from, name } = sources[key];
    const value = shownValue(key, settings[key]) ?? null;
    return [key, { value, source: from, name, reloadable: definitionOf(key).reloadable }];
  });
  return {
    data_directory: paths.directory,
    settings_file: { path: paths.settingsFile, exists: existsSync(paths.settingsFile) },
    settings: Object.fromEntries(entries) as Record<string, unknown>,
    without_effect: setWithoutEffect(env),
    warnings,
  };
}

function table({ settings, sources, paths }: LoadedSettings, env: NodeJS.ProcessEnv): string {
  const rows = settingKeys.map((key) => [key, inWords(shownValue(key, settings[key])), label(sources[key])]);
  const file = existsSync(paths.settingsFile) ? paths.settingsFile : `${paths.settingsFile} (does not exist)`;
  const ignored = setWithoutEffect(env);
  return [
    `data directory  ${paths.directory}`,
    `settings file   ${file}`,
    '',
    ...aligned([['setting', 'value', 'from'], ...rows]),
    ...(ignored.length > 0 ? ['', 'Set, but without effect:'] : []),
    ...ignored.map(({ name, reason }) => `${name}: ${reason}`),
  ].join('\n');
}

function label({ from, name }: SettingSource): string {
  return from === 'flag' ? `flag ${name}` : name;
}

function inWords(value: unknown): string {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return '-';
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function aligned(rows: string[][]): string[] {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const widths = [width(0), width(1)];
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
