import { readFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { basename, dirname, extname } from 'node:path';
import type Conf from 'conf';
import type { SettingsPatch } from '../../src-shared/api/settings.ts';
import { desktopSettingsKey } from '../../src-shared/desktop-settings.ts';
import type { SettingKey } from '../../src-shared/settings.ts';
import { isSettingKey } from '../../src-shared/settings/check.ts';
import { ConfigurationError, unusable } from './configuration-error.ts';
import type { Written } from './layer.ts';

/** What the settings file holds, keys that are no settings included. */
export type FileContent = Readonly<Record<string, unknown>>;

export interface SettingsFile {
  written: Written[];
  unknownKeys: string[];
}

/**
 * The content of the settings file; nothing if there is none.
 * @throws ConfigurationError when it cannot be read or is not a JSON object
 */
export async function readSettingsFile(path: string): Promise<FileContent> {
  // Asked first because the library costs a good part of a cold start and most people have no such file.
  return (await exists(path)) ? { ...(await open(path)).store } : {};
}

/** What the settings file at `path` says with this content. */
export function interpretContent(path: string, content: FileContent): SettingsFile {
  const entries = Object.entries(content);
  const isUnset = (value: unknown) => value === null || value === '';
  const known = entries.filter((entry): entry is [SettingKey, unknown] => isSettingKey(entry[0]));
  return {
    written: known
      .filter(([, value]) => !isUnset(value))
      .map(([key, value]) => ({
        key,
        value,
        source: { from: 'file', name: basename(path) },
        where: `${path}: ${key}`,
      })),
    unknownKeys: entries
      .map(([key]) => key)
      .filter((key) => !isSettingKey(key) && key !== desktopSettingsKey),
  };
}

/** The content with some changes. Keys that are no settings stay. */
export function patched(content: FileContent, patch: SettingsPatch): FileContent {
  return Object.fromEntries(
    Object.entries({ ...content, ...patch }).filter(([key, value]) => value !== null || !(key in patch)),
  );
}

/**
 * Makes changes to the settings file, which is replaced as a whole (mode 0600): a crash leaves the old one or the new.
 * @throws ConfigurationError when it cannot be read or written
 */
export async function changeSettingsFile(path: string, patch: SettingsPatch): Promise<void> {
  const file = await open(path);
  const content = patched({ ...file.store }, patch);
  try {
    file.store = content;
  } catch (error) {
    throw unusable('write', path, error);
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await readFile(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw unusable('read', path, error);
  }
}

async function open(path: string): Promise<Conf> {
  const Library = await loadConf();
  const extension = extname(path);
  return new Library<Record<string, unknown>>({
    cwd: dirname(path),
    configName: basename(path, extension),
    fileExtension: extension.slice(1),
    configFileMode: 0o600,
    accessPropertiesByDotNotation: false,
    deserialize: (text) => parseObject(path, text),
    serialize: (content) => `${JSON.stringify(content, null, 2)}\n`,
  });
}

/**
 * The library that conf writes files with listens to signals to clean up, and sends each of them once more to end a program
 * that has no answer of its own. A relay has one: it would take the second for an order to stop at once. What is left to
 * clean up is cleaned up when the process exits.
 */
async function loadConf(): Promise<typeof Conf> {
  const before = new Set(signalListeners().map(({ listener }) => listener));
  const { default: Library } = await import('conf');
  for (const { signal, listener } of signalListeners()) {
    if (!before.has(listener)) process.off(signal, listener);
  }
  return Library;
}

function signalListeners() {
  const signals = Object.keys(constants.signals) as NodeJS.Signals[];
  return signals.flatMap((signal) => process.listeners(signal).map((listener) => ({ signal, listener })));
}

function parseObject(path: string, text: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    // Editors on Windows put a byte order mark in front.
    parsed = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new ConfigurationError(`${path} is not valid JSON${place(error)}`);
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
    return parsed as Record<string, unknown>;
  }
  throw new ConfigurationError(`${path} must hold a JSON object`);
}

/** The place of a syntax error. The rest of its message quotes the file, which may hold a token. */
function place(error: unknown): string {
  const found = /line (\d+) column (\d+)/.exec(error instanceof Error ? error.message : '');
  return found ? ` (line ${found[1] ?? ''}, column ${found[2] ?? ''})` : '';
}
