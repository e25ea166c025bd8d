import { readFile } from 'node:fs/promises';
import { basename, dirname, extname } from 'node:path';
import { isSettingKey } from '../../src-shared/settings-check.ts';
import type { SettingKey } from '../../src-shared/settings.ts';
import { ConfigurationError, unusable } from './configuration-error.ts';
import type { Written } from './layer.ts';

export interface SettingsFile {
  written: Written[];
  unknownKeys: string[];
}

/**
 * What the settings file says; nothing if there is none.
 * @throws ConfigurationError when it cannot be read or is not a JSON object
 */
export async function readSettingsFile(path: string): Promise<SettingsFile> {
  // Asked first because the library costs a good part of a cold start and most people have no such file.
  const present = await exists(path);
  const entries = present ? Object.entries(await readObject(path)) : [];
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
    unknownKeys: entries.map(([key]) => key).filter((key) => !isSettingKey(key)),
  };
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

async function readObject(path: string): Promise<Record<string, unknown>> {
  const { default: Conf } = await import('conf');
  const extension = extname(path);
  const file = new Conf<Record<string, unknown>>({
    cwd: dirname(path),
    configName: basename(path, extension),
    fileExtension: extension.slice(1),
    accessPropertiesByDotNotation: false,
    deserialize: (text) => parseObject(path, text),
  });
  return { ...file.store };
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
