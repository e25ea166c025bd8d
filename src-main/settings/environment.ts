import { strip } from '../../src-shared/text.ts';
import { definitionOf, settingKeys } from '../../src-shared/settings.ts';
import {
  otherVariables,
  variablesWithoutEffect,
  type VariableWithoutEffect,
} from '../../src-shared/settings/compatibility.ts';
import type { Written } from './layer.ts';
import { readText } from './written-text.ts';

/** The settings that the environment holds. A blank variable counts as unset (wire specification 1.3). */
export function writtenInEnvironment(env: NodeJS.ProcessEnv): Written[] {
  const written: Written[] = [];
  for (const key of settingKeys) {
    const definition = definitionOf(key);
    const text = env[definition.env];
    if (text === undefined || strip(text) === '') continue;
    const said = readText(definition, text);
    const value = definition.envInverted && typeof said === 'boolean' ? !said : said;
    written.push({ key, value, source: { from: 'env', name: definition.env } });
  }
  return written;
}

/** Variables that are set, accepted and without effect, with the reason. */
export function setWithoutEffect(env: NodeJS.ProcessEnv): VariableWithoutEffect[] {
  return variablesWithoutEffect.filter(({ name }) => strip(env[name] ?? '') !== '');
}

/** Names with our prefix that mean nothing: most likely misspelled. */
export function unknownVariables(env: NodeJS.ProcessEnv): string[] {
  const known = new Set<string>([
    ...settingKeys.map((key) => definitionOf(key).env),
    ...variablesWithoutEffect.map(({ name }) => name),
    ...otherVariables,
  ]);
  return Object.keys(env)
    .filter((name) => name.startsWith('CLAUDE_BRIDGE_') && !known.has(name))
    .sort();
}
