import { Command } from 'commander';
import { defineArchiveCommands } from './archive-commands.ts';
import { defineConfigCommands } from './config-commands.ts';
import { withExamples } from './examples.ts';
import { exitCode } from './exit-codes.ts';
import { epilogue, formatHelp, summary } from './help.ts';
import { defineMachineCommands } from './machine-commands.ts';
import { defineMessageCommands } from './message-commands.ts';
import type { Runs, Talks } from './relay-command.ts';
import { givenFlags, settingOptions } from './setting-options.ts';
import { settingsInput } from './settings-input.ts';
import { defineCompletion, defineConnect, defineDoctor, defineJoin } from './setup-commands.ts';
import { givenTarget, refuseTarget, targetOptions } from './target-options.ts';
import { version } from './version.ts';

/**
 * Parses the command line and runs its command.
 * @returns the exit code
 * @throws CommanderError for a command line that cannot be understood
 */
export async function runProgram(argv: readonly string[]): Promise<number> {
  let code = exitCode('fine');
  const program = createProgram((ended) => (code = ended));
  if (argv[0] === 'complete') await (await import('./completion.ts')).addSuggestions(program);
  await program.parseAsync(argv, { from: 'user' });
  return code;
}

/**
 * All commands with their arguments, flags and help.
 * @param end takes the exit code of the command that was run
 */
export function createProgram(end: (code: number) => void): Command {
  const runs: Runs = (command) => async () => {
    end(await command(settingsInput(givenFlags(program))));
  };
  const serves = runs(async (input) => {
    const target = givenTarget(program);
    const overStdio = program.getOptionValue('stdio') === true;
    if (overStdio && target.url !== undefined) {
      return (await import('./remote-stdio.ts')).remoteStdioCommand(target, input);
    }
    refuseTarget(target);
    const { serveCommand, stdioCommand } = await import('./serve.ts');
    return overStdio ? stdioCommand(input) : serveCommand(input);
  });

  const talks: Talks = (work) =>
    runs(async (input) => {
      const { talk } = await import('./talk.ts');
      return talk(givenTarget(program), input, work);
    })();

  const program = new Command('claude-bridge')
    .exitOverride()
    // Errors are printed by main.ts, on one line.
    .configureOutput({ writeErr: () => undefined })
    .description(summary)
    .usage('[command] [options]')
    .version(`claude-bridge ${version}`, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .configureHelp({ formatHelp })
    .option('--stdio', 'speak MCP on standard input and output instead of HTTP')
    .addHelpText('after', epilogue())
    .action(serves);
  for (const option of [...targetOptions(), ...settingOptions()]) program.addOption(option);

  withExamples(
    program.command('serve').description('serve MCP, the JSON API and the dashboard').action(serves),
    [
      { line: 'claude-bridge serve', does: 'this machine' },
      { line: 'claude-bridge serve --host 0.0.0.0 --auth-token-file ~/token', does: 'the network' },
    ],
  );

  defineConfigCommands(program, runs);
  defineConnect(program, runs);
  defineArchiveCommands(program, runs, talks);
  defineJoin(program, runs);
  defineDoctor(program, runs);
  defineMessageCommands(program, talks);
  defineMachineCommands(program, talks);
  defineCompletion(program, runs);
  return program;
}
