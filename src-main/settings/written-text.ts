import { strip } from '../../src-shared/text.ts';
import type { SettingDefinition } from '../../src-shared/settings/kinds.ts';

const yes = ['1', 'true', 'yes', 'on'];
const no = ['0', 'false', 'no', 'off'];

/**
 * What a text from the command line or the environment says, in the type that its setting has; a text that cannot
 * be read stays as it is, for the rule of the setting to refuse (wire specification 1.3).
 */
export function readText(definition: SettingDefinition, text: string): unknown {
  switch (definition.kind) {
    case 'integer':
      return /^[+-]?\d+$/.test(strip(text)) ? Number(strip(text)) : text;
    case 'switch':
      return readSwitch(text);
    case 'list':
      return text
        .split(',')
        .map(strip)
        .filter((item) => item !== '');
    case 'choice':
    case 'text':
      return strip(text);
    case 'path':
      return text;
  }
}

function readSwitch(text: string): unknown {
  const word = strip(text).toLowerCase();
  if (yes.includes(word)) return true;
  if (no.includes(word)) return false;
  return text;
}
