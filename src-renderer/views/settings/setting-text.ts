import type { SettingBody } from '../../../src-shared/api/settings.ts';
import { bytes, duration } from '../../../src-shared/numbers.ts';
import { definitionOf } from '../../../src-shared/settings.ts';
import type { SettingDefinition } from '../../../src-shared/settings/kinds.ts';

type Kind = Pick<SettingDefinition, 'kind' | 'placeholder'>;

/** A value as a field holds it. */
export function shownValue(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A value as a sentence holds it. */
export function inWords(definition: Kind, value: unknown): string {
  if (definition.kind === 'switch') return value === true ? 'on' : 'off';
  const shown = shownValue(value);
  if (shown === '') return definition.kind === 'list' ? 'empty' : 'unset';
  return definition.kind === 'list' ? 'as it was' : `${shown} ${unitOf(definition)}`.trim();
}

/** What a field says, as the setting takes it: nothing for the default, and no number is left for the rules to refuse. */
export function readValue({ kind }: Pick<SettingDefinition, 'kind'>, text: string): unknown {
  if (text === '') return null;
  if (kind !== 'integer') return text;
  return /^[+-]?\d+$/.test(text) ? Number(text) : text;
}

/** `seconds`, `bytes`, `days`, `ms`; empty for what is just counted. */
export function unitOf({ kind, placeholder }: Kind): string {
  return kind === 'integer' && placeholder !== 'number' ? placeholder : '';
}

/** The same value in a unit that is easier to read; undefined if there is none. */
export function reading({ key, value }: Pick<SettingBody, 'key' | 'value'>): string | undefined {
  if (typeof value !== 'number') return undefined;
  const unit = unitOf(definitionOf(key));
  if (unit === 'bytes' && value >= 1_024) return bytes(value);
  if (unit === 'seconds' && value >= 60) return duration(value);
  return undefined;
}
