import { strip } from '../../src-shared/text.ts';
import type { SettingDefinition } from '../../src-shared/settings/kinds.ts';
import { definitionOf, settingKeys, type SettingKey } from '../../src-shared/settings.ts';
import type { Written } from './layer.ts';
import { readText } from './written-text.ts';

/** The flags that were given, as written: a switch is a boolean, a repeatable flag a list of texts. */
export type FlagValues = Partial<Record<SettingKey, string | boolean | readonly string[]>>;

export function writtenAsFlags(flags: FlagValues): Written[] {
  const written: Written[] = [];
  for (const key of settingKeys) {
    const given = flags[key];
    if (given === undefined || isEmptyToken(key, given)) continue;
    const definition = definitionOf(key);
    const value = readFlag(definition, given);
    const restatesDefault = typeof given === 'boolean' && given === definition.default;
    const name = restatesDefault ? oppositeFlag(definition.flag) : definition.flag;
    written.push({ key, value, source: { from: 'flag', name } });
  }
  return written;
}

function readFlag(definition: SettingDefinition, given: string | boolean | readonly string[]): unknown {
  if (typeof given === 'boolean') return given;
  if (typeof given === 'string') return readText(definition, given);
  return given.flatMap((text) => readText(definition, text));
}

/** An empty `--auth-token` counts as not given (wire specification 1.4). */
function isEmptyToken(key: SettingKey, given: unknown): boolean {
  return key === 'authToken' && typeof given === 'string' && strip(given) === '';
}

/** A switch has two flags, `--audit-log` and `--no-audit-log`; the definition holds the one that changes the default. */
export function oppositeFlag(flag: string): string {
  return flag.startsWith('--no-') ? `--${flag.slice('--no-'.length)}` : `--no-${flag.slice('--'.length)}`;
}
