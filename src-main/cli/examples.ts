import type { Command } from 'commander';

/** A command line as one would type it, and what it does. */
export interface Example {
  line: string;
  does: string;
}

const examplesOf = new WeakMap<Command, readonly Example[]>();

/** Adds examples to the help of a command and to its page in the documents. */
export function withExamples(command: Command, examples: readonly Example[]): Command {
  if (examples.length === 0) return command;
  examplesOf.set(command, examples);
  const lines = examples.map(({ line, does }) => `  ${line}\n      ${does}`);
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}

export function examplesFor(command: Command): readonly Example[] {
  return examplesOf.get(command) ?? [];
}
