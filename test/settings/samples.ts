import { definitionOf, settingKeys, type SettingKey } from '../../src-shared/settings.ts';
import type { SettingDefinition } from '../../src-shared/settings/kinds.ts';

/** What a sample looks like in each place, and what the setting then is. */
export interface Sample {
  value: unknown;
  /** Arguments of the command line. */
  flags: string[];
  /** Text of the variable. */
  env: string;
}

/** The keys whose precedence is plain; a token may also come from a file and has tests of its own. */
export const plainKeys = settingKeys.filter((key) => key !== 'authToken' && key !== 'authTokenFile');

const texts: Partial<Record<SettingKey, string[]>> = {
  host: ['192.0.2.1', '::1', 'relay.example'],
  trustedHosts: ['a.example', '*.b.example', '192.0.2.7'],
  trustedProxies: ['10.0.0.0/8', '192.0.2.9', 'fd00::/8'],
  corsOrigins: ['https://a.example', 'http://b.example:8080', 'https://c.example'],
};

/** Three good values of a setting, as different as its type allows; the second of a switch is its default. */
export function sample(key: SettingKey, index: 0 | 1 | 2): Sample {
  const definition = definitionOf(key);
  const text = textOf(definition, key, index);
  switch (definition.kind) {
    case 'switch': {
      const value = index === 1 ? definition.default : !definition.default;
      const said = definition.envInverted ? !value : value;
      return { value, flags: [switchFlag(definition, value === true)], env: said === true ? 'Yes' : '0' };
    }
    case 'integer':
      return { value: Number(text), flags: [definition.flag, text], env: ` ${text} ` };
    case 'list':
      return {
        value: [text, texts[key]?.[2]],
        flags: [definition.flag, text, `${definition.flag}=${texts[key]?.[2] ?? ''}`],
        env: `${text} , ${texts[key]?.[2] ?? ''},`,
      };
    default:
      return { value: text, flags: [`${definition.flag}=${text}`], env: text };
  }
}

function textOf(definition: SettingDefinition, key: SettingKey, index: number): string {
  switch (definition.kind) {
    case 'integer': {
      const smallest = Number(/(\d+)/.exec(definition.allowed)?.[0]);
      return String(smallest + index + 1);
    }
    case 'choice':
      return definition.allowed.replace('one of ', '').split(', ')[index % 2] ?? '';
    case 'path':
      return `/nowhere/${key}-${index}`;
    default:
      return texts[key]?.[index] ?? '';
  }
}

function switchFlag({ flag }: SettingDefinition, on: boolean): string {
  const name = flag.replace(/^--(no-)?/, '');
  return on ? `--${name}` : `--no-${name}`;
}

/** A text that the setting must refuse, or undefined where every text that is not blank is good. */
export function badText(key: SettingKey): string | undefined {
  const definition = definitionOf(key);
  if (key === 'authToken') return 'fictional\u0007secret';
  switch (definition.kind) {
    case 'integer':
      return '12.5';
    case 'switch':
      return 'perhaps';
    case 'choice':
      return 'sometimes';
    case 'path':
      return undefined;
    default:
      return 'no such/thing';
  }
}
