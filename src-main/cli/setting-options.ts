import { Option, type Command } from 'commander';
import { definitionOf, settingKeys } from '../../src-shared/settings.ts';
import type { SettingDefinition } from '../../src-shared/settings/kinds.ts';
import { oppositeFlag, type FlagValues } from '../settings/flags.ts';

/** The flags of all settings. Values stay text here: settings/ reads and checks them as it does variables. */
export function settingOptions(): Option[] {
  return settingKeys.map(definitionOf).flatMap((definition) => {
    if (definition.kind !== 'switch') return [valueOption(definition)];
    return [
      new Option(definition.flag, description(definition)).helpGroup(`${definition.group}:`),
      new Option(oppositeFlag(definition.flag)).hideHelp(),
    ];
  });
}

function valueOption(definition: SettingDefinition): Option {
  const option = new Option(`${definition.flag} <${definition.placeholder}>`, description(definition));
  option.helpGroup(`${definition.group}:`);
  if (definition.kind !== 'list') return option;
  return option.argParser((text, earlier: readonly string[] | undefined) => [...(earlier ?? []), text]);
}

function description({ flagDoc, env, defaultText, kind, allowed }: SettingDefinition): string {
  const facts = [env];
  if (kind === 'list') facts.unshift('repeatable');
  if (kind === 'choice') facts.unshift(allowed);
  if (kind !== 'switch') facts.push(`default ${defaultText}`);
  return `${flagDoc.replaceAll('`', '')} [${facts.join('; ')}]`;
}

/** What was given on the command line, by setting. */
export function givenFlags(program: Command): FlagValues {
  const given = settingKeys.map((key) => {
    const name = new Option(definitionOf(key).flag).attributeName();
    const wasGiven = program.getOptionValueSource(name) === 'cli';
    return [key, wasGiven ? (program.getOptionValue(name) as unknown) : undefined];
  });
  return Object.fromEntries(given) as FlagValues;
}
