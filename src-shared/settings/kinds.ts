import * as z from 'zod';

/** How a setting is written as text: on the command line, in the environment and in the settings file. */
export type SettingKind = 'integer' | 'switch' | 'choice' | 'text' | 'path' | 'list';

/** The headings under which `--help` and docs/configuration.md list the settings, in their order. */
export const settingGroups = [
  'Network',
  'Access',
  'Storage',
  'Retention and audit',
  'Event streams',
  'Waiting and presence',
  'Loops and floods',
  'Sizes',
  'MCP',
  'Dashboard and log',
] as const;
export type SettingGroup = (typeof settingGroups)[number];

/** What the author of a setting writes down. */
interface Description {
  env: string;
  /** True when the variable says the opposite of the setting, as `CLAUDE_BRIDGE_NO_DASHBOARD` does. */
  envInverted?: boolean;
  /** The flag as `--help` shows it; a switch that is on by default is shown as `--no-…`. */
  flag: string;
  group: SettingGroup;
  /** One sentence. */
  doc: string;
  /** What the flag does, where it says the opposite of the setting. */
  flagDoc?: string;
  /** A new value counts while the relay runs; else it waits for a restart. */
  reloadable?: boolean;
  /** Never shown in any output. */
  secret?: boolean;
}

export interface SettingDefinition<T = unknown> extends Required<Description> {
  kind: SettingKind;
  schema: z.ZodType<T>;
  default: T;
  /** The default in words where the value alone would not say it. */
  defaultText: string;
  /** Completes the sentence "must be …". */
  allowed: string;
  /** Of a choice, what there is to choose. */
  choices: readonly string[];
  /** What stands for the value in `--help`; empty for a switch. */
  placeholder: string;
}

function define<T>(
  description: Description,
  rest: Pick<
    SettingDefinition<T>,
    'kind' | 'schema' | 'default' | 'defaultText' | 'allowed' | 'placeholder'
  > & { choices?: readonly string[] },
): SettingDefinition<T> {
  return {
    flagDoc: description.doc,
    envInverted: false,
    reloadable: false,
    secret: false,
    choices: [],
    ...description,
    ...rest,
  };
}

export function integer(
  range: { default: number; min: number; max?: number; unit?: string },
  description: Description,
): SettingDefinition<number> {
  const { min, max } = range;
  const schema = z.int().min(min);
  return define(description, {
    kind: 'integer',
    schema: max === undefined ? schema : schema.max(max),
    default: range.default,
    defaultText: String(range.default),
    allowed: max === undefined ? `a whole number of at least ${min}` : `a whole number from ${min} to ${max}`,
    placeholder: range.unit ?? 'number',
  });
}

export function toggle(byDefault: boolean, description: Description): SettingDefinition<boolean> {
  return define(description, {
    kind: 'switch',
    schema: z.boolean(),
    default: byDefault,
    defaultText: String(byDefault),
    allowed: 'true or false',
    placeholder: '',
  });
}

export function choice<const T extends string>(
  values: readonly [T, ...T[]],
  byDefault: NoInfer<T>,
  description: Description,
): SettingDefinition<T> {
  return define(description, {
    kind: 'choice',
    schema: z.enum(values),
    default: byDefault,
    defaultText: byDefault,
    allowed: `one of ${values.join(', ')}`,
    choices: values,
    placeholder: 'name',
  });
}

export function text<T extends string | undefined>(
  format: { default: T; schema: z.ZodType<string>; allowed: string; placeholder: string },
  description: Description,
): SettingDefinition<string | T> {
  return define<string | T>(description, {
    kind: 'text',
    schema: format.schema,
    default: format.default,
    defaultText: format.default ?? 'none',
    allowed: format.allowed,
    placeholder: format.placeholder,
  });
}

/** A path. A relative one counts from the working directory, in the settings file from the directory of that file. */
export function path<T extends string | undefined>(
  format: { default: T; defaultText: string },
  description: Description,
): SettingDefinition<string | T> {
  return define<string | T>(description, {
    kind: 'path',
    schema: z.string().refine((path) => path !== '' && !path.includes('\0')),
    default: format.default,
    defaultText: format.defaultText,
    allowed: 'a path',
    placeholder: 'path',
  });
}

/** A list: the flag may be repeated, the variable separates by commas, the file holds an array. */
export function list(
  format: { item: z.ZodType<string>; allowed: string; placeholder: string },
  description: Description,
): SettingDefinition<readonly string[]> {
  return define<readonly string[]>(description, {
    kind: 'list',
    schema: z.array(format.item),
    default: [],
    defaultText: 'none',
    allowed: format.allowed,
    placeholder: format.placeholder,
  });
}
