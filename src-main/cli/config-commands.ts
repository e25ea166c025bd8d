import type { Command } from 'commander';
import { withExamples } from './examples.ts';
import type { Runs } from './relay-command.ts';

/** Defines the commands that look at the settings. What runs them is loaded when they are used. */
export function defineConfigCommands(program: Command, runs: Runs): void {
  const config = program.command('config').description('look at the settings').helpCommand(false);
  withExamples(
    config
      .command('show')
      .description('effective settings and where each comes from')
      .option('--json', 'for programs')
      .action(async (options: { json?: true }) => {
        const { configShow } = await import('./config-show.ts');
        await runs((input) => configShow(input, options.json === true))();
      }),
    [
      { line: 'claude-bridge config show', does: 'every setting, and where it comes from' },
      { line: 'claude-bridge config show --json | jq .', does: 'for programs' },
    ],
  );
  withExamples(
    config
      .command('check')
      .description('tell whether the relay would accept its settings')
      .action(runs(async (input) => (await import('./config-check.ts')).configCheck(input))),
    [
      {
        line: 'claude-bridge config check && claude-bridge',
        does: 'start only with settings that can be used',
      },
    ],
  );
  withExamples(
    config
      .command('reload')
      .description('have the running relay read its settings again')
      .action(runs(async (input) => (await import('./config-reload.ts')).configReload(input))),
    [{ line: 'claude-bridge config reload', does: 'after the settings file was changed' }],
  );
  withExamples(
    config
      .command('path')
      .description('print the path of the settings file')
      .action(runs(async (input) => (await import('./config-path.ts')).configPath(input))),
    [{ line: '${EDITOR:-vi} "$(claude-bridge config path)"', does: 'change the settings file' }],
  );
}
