import type { Command } from 'commander';
import type { SettingsInput } from '../settings/load.ts';
import { withExamples, type Example } from './examples.ts';
import type { Talk } from './talk.ts';
import { listTargetOptions } from './target-options.ts';

/** Makes what runs a command with the settings that are given to it, and keeps its exit code. */
export type Runs = (command: (input: SettingsInput) => number | Promise<number>) => () => Promise<void>;

/** Runs the work of a command against the relay that was given, and keeps its exit code. */
export type Talks = (work: (talk: Talk) => Promise<number>) => Promise<void>;

/** Adds what all commands have that talk to a relay: the flags that say to which, and examples. */
export function relayCommand(command: Command, examples: readonly Example[]): Command {
  return withExamples(listTargetOptions(command), examples);
}

/** Adds what all commands have that print what a relay holds. */
export function printingCommand(command: Command, examples: readonly Example[]): Command {
  command.option('--json', 'JSON Lines, as when piped').option('--utc', 'times in UTC');
  return relayCommand(command, examples);
}
