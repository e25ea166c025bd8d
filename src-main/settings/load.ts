import { definitionOf, settingKeys, type SettingKey, type Settings } from '../../src-shared/settings.ts';
import type { SettingSource, SettingsPatch } from '../../src-shared/api/settings.ts';
import { ConfigurationError } from './configuration-error.ts';
import { refuseFixed } from './fixed.ts';
import { unknownVariables, writtenInEnvironment } from './environment.ts';
import { writtenAsFlags, type FlagValues } from './flags.ts';
import { makeLayer, type Layer } from './layer.ts';
import { dataPaths, type DataPaths } from './paths.ts';
import {
  changeSettingsFile,
  interpretContent,
  patched,
  readSettingsFile,
  type FileContent,
} from './settings-file.ts';
import { resolveToken } from './token.ts';

/** Left to `resolve`, which asks for it only when a path is relative: the directory may have been removed. */
const workingDirectory = '';

export interface SettingsInput {
  flags: FlagValues;
  env: NodeJS.ProcessEnv;
  /** See `dataDirectory` in paths.ts. */
  dataDirectory: string;
}

export interface LoadedSettings {
  settings: Settings;
  sources: Record<SettingKey, SettingSource>;
  /** The file that the shared token was read from, if it was. */
  tokenFile: string | undefined;
  /** Sentences for the user, without secrets. */
  warnings: string[];
  paths: DataPaths;
  /** Reads the same sources again, for SIGHUP and `config reload`. */
  reload: () => Promise<LoadedSettings>;
  /**
   * Reads the same sources again, as they would be with these changes to the settings file.
   * @throws ConfigurationError as `loadSettings`, BridgeError `setting_fixed` for what a stronger source gives
   */
  amend: (patch: SettingsPatch) => Promise<AmendedSettings>;
}

export interface AmendedSettings {
  loaded: LoadedSettings;
  /** Makes the changes. @throws ConfigurationError when the settings file cannot be written */
  save: () => Promise<void>;
}

/**
 * The effective settings: flag, else variable, else settings file, else default.
 * @throws ConfigurationError for the first value that cannot be used, also when a stronger source overrides it
 */
export async function loadSettings(input: SettingsInput): Promise<LoadedSettings> {
  return combine(input, await readSettingsFile(dataPaths(input.dataDirectory).settingsFile));
}

function combine(input: SettingsInput, content: FileContent): LoadedSettings {
  const paths = dataPaths(input.dataDirectory);
  const file = interpretContent(paths.settingsFile, content);
  const flags = makeLayer(writtenAsFlags(input.flags), workingDirectory);
  const layers = [
    flags,
    makeLayer(writtenInEnvironment(input.env), workingDirectory),
    makeLayer(file.written, paths.directory),
    defaultLayer(paths),
  ];
  const effective = strongest(layers);
  checkTlsPair(effective);
  const token = resolveToken(layers);
  if (token) effective.set('authToken', token);
  const { settings, sources } = unzip(effective);
  return {
    settings,
    sources,
    tokenFile: token?.file,
    warnings: [
      ...(flags.has('authToken')
        ? ['--auth-token is visible in the process list; prefer --auth-token-file']
        : []),
      ...file.unknownKeys.map((key) => `${paths.settingsFile}: unknown key ${JSON.stringify(key)}`),
      ...unknownVariables(input.env).map((name) => `unknown variable ${name}`),
    ],
    paths,
    reload: () => loadSettings(input),
    amend: (patch) => amend(input, patch),
  };
}

async function amend(input: SettingsInput, patch: SettingsPatch): Promise<AmendedSettings> {
  const path = dataPaths(input.dataDirectory).settingsFile;
  const loaded = combine(input, patched(await readSettingsFile(path), patch));
  refuseFixed(loaded.sources, Object.keys(patch) as SettingKey[]);
  return { loaded, save: () => changeSettingsFile(path, patch) };
}

function defaultLayer(paths: DataPaths): Layer {
  const source: SettingSource = { from: 'default', name: 'default' };
  const layer: Layer = new Map(settingKeys.map((key) => [key, { value: definitionOf(key).default, source }]));
  return layer.set('db', { value: paths.database, source });
}

function strongest(layers: readonly Layer[]): Layer {
  // Later entries of a map replace earlier ones.
  return new Map(layers.toReversed().flatMap((layer) => [...layer]));
}

function checkTlsPair(effective: Layer): void {
  for (const [given, missing] of [
    ['tlsCert', 'tlsKey'],
    ['tlsKey', 'tlsCert'],
  ] as const) {
    const value = effective.get(given);
    if (value?.value === undefined || effective.get(missing)?.value !== undefined) continue;
    const { flag, env } = definitionOf(missing);
    throw new ConfigurationError(
      `${value.source.name} needs the other half of the pair: set ${flag}, ${env} or ${missing} in the settings file`,
    );
  }
}

function unzip(effective: Layer): Pick<LoadedSettings, 'settings' | 'sources'> {
  const entries = [...effective];
  return {
    // Every value has passed the schema of its definition, from which the type is made.
    settings: Object.fromEntries(entries.map(([key, { value }]) => [key, value])) as unknown as Settings,
    sources: Object.fromEntries(
      entries.map(([key, { source }]) => [key, source]),
    ) as LoadedSettings['sources'],
  };
}
