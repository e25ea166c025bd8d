import { Argument, Command, Option } from 'commander';
import { clientIds, scopes, transports } from '../../src-shared/connect/client.ts';
import type { SettingsInput } from '../settings/load.ts';
import { shells, type Shell } from './shells.ts';
import type { ConnectFlags } from './connect/options.ts';
import { withExamples } from './examples.ts';
import { exitCode } from './exit-codes.ts';
import { epilogue, formatHelp, summary } from './help.ts';
import { defineMachineCommands } from './machine-commands.ts';
import { defineMessageCommands } from './message-commands.ts';
import { collected } from './option-values.ts';
import { relayCommand, type Talks } from './relay-command.ts';
import { givenFlags, settingOptions } from './setting-options.ts';
import { settingsInput } from './settings-input.ts';
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
  const runs = (command: (input: SettingsInput) => number | Promise<number>) => async () => {
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

  relayCommand(
    program
      .command('connect')
      .description('connect a client to the relay, or list what there is to connect')
      .argument('[client]', clientIds.join(', '))
      .option('--transport <transport>', `${transports.join(', ')} (default http)`)
      .option('--scope <scope>', `${scopes.join(' or ')}, where the client has it`)
      .option('--dry-run', 'only show what would be done')
      .option('--undo', 'take the entry away again')
      .option('--yes', 'do it without being asked')
      .option('--json', 'for programs')
      .action(async (client: string | undefined, flags: ConnectFlags) => {
        const { connect } = await import('./connect.ts');
        await runs((input) => connect(client, flags, { input, target: givenTarget(program) }))();
      }),
    [
      { line: 'claude-bridge connect', does: 'what there is to connect' },
      { line: 'claude-bridge connect claude', does: 'Claude Code, with the relay that runs here' },
      { line: 'claude-bridge connect codex --dry-run', does: 'only show what would be changed' },
    ],
  );

  relayCommand(
    program
      .command('backup')
      .description('copy the database to a new file, also while a relay runs on it')
      .argument('<file>', 'the copy')
      .option('--force', 'replace it if it is there')
      .action(async (file: string, options: { force?: true }) => {
        const { backupCommand } = await import('./backup.ts');
        const request = { file, force: options.force === true };
        await runs((input) => backupCommand(request, givenTarget(program), input))();
      }),
    [
      { line: 'claude-bridge backup ~/bridge.db', does: 'of the relay that runs here, or of its file' },
      {
        line: 'claude-bridge backup --url http://192.0.2.10:8765 --token-file ~/token atlas.db',
        does: 'of a relay elsewhere',
      },
    ],
  );

  relayCommand(
    program
      .command('export')
      .description('write messages and where consumers stand as JSON Lines')
      .argument('[file]', 'where to; standard output without it', '-')
      .option('--channel <name>', 'only this channel; repeatable', collected)
      .option('--since <id or time>', 'only what came after this message, or from this time on')
      .option('--force', 'replace the file if it is there')
      .action(async (file: string, options: { channel?: string[]; since?: string; force?: true }) => {
        const { exportCommand } = await import('./export.ts');
        const { channel: channels = [], since, force } = options;
        const request = { file, channels, since, force: force === true };
        await talks((talk) => exportCommand(request, talk));
      }),
    [
      { line: 'claude-bridge export messages.jsonl', does: 'everything' },
      {
        line: 'claude-bridge export --channel demo:builds --since 2026-01-31',
        does: 'one channel from a day on, to standard output',
      },
      { line: 'claude-bridge export | gzip > messages.jsonl.gz', does: 'packed' },
    ],
  );
  relayCommand(
    program
      .command('import')
      .description('take over an export; what is there already is left alone')
      .argument('<file>', 'the export; - for standard input')
      .addOption(
        new Option('--on-error <what>', 'what a line does with which something is wrong')
          .choices(['stop', 'skip'])
          .default('stop'),
      )
      .option('--dry-run', 'only say what would be done')
      .action(async (file: string, options: { onError: 'stop' | 'skip'; dryRun?: true }) => {
        const { importCommand } = await import('./import.ts');
        const request = { file, onError: options.onError, dryRun: options.dryRun === true };
        await talks((talk) => importCommand(request, talk));
      }),
    [
      { line: 'claude-bridge import messages.jsonl', does: 'take over what is not there yet' },
      { line: 'claude-bridge import messages.jsonl --dry-run', does: 'only say how much that is' },
      { line: 'gzip -dc messages.jsonl.gz | claude-bridge import -', does: 'from a pipe' },
    ],
  );

  withExamples(
    program
      .command('join')
      .description(
        'make this machine one of those that a relay knows, with the code that claude-bridge pair shows there',
      )
      .argument('<host>', 'where the relay is: a name, an address, or a whole URL')
      .argument('<code>', 'the pairing code')
      .option('--name <label>', 'what this machine is to be called; its host name by default')
      .option('--yes', 'set up the clients that are found without asking')
      .option('--no-clients', 'do not set up clients')
      .action(async (host: string, code: string, flags: { name?: string; yes?: true; clients: boolean }) => {
        const { joinCommand } = await import('./join.ts');
        const request = { host, code, name: flags.name, yes: flags.yes === true, noClients: !flags.clients };
        await runs((input) => joinCommand(request, givenTarget(program), input))();
      }),
    [
      {
        line: 'claude-bridge join atlas.example K7QM-4XPD',
        does: 'with the code that claude-bridge pair has shown',
      },
      {
        line: 'claude-bridge join https://bridge.example K7QM-4XPD --name orion --yes',
        does: 'without being asked',
      },
    ],
  );

  relayCommand(
    program
      .command('doctor')
      .description('look at everything between this machine and a relay, and say what to do')
      .option('--json', 'for programs: one finding on each line')
      .action(async (options: { json?: true }) => {
        const { doctorCommand } = await import('./doctor.ts');
        await runs((input) => doctorCommand({ json: options.json === true }, givenTarget(program), input))();
      }),
    [
      { line: 'claude-bridge doctor', does: 'this machine and its relay' },
      { line: 'claude-bridge doctor --url http://192.0.2.10:8765', does: 'and a relay elsewhere' },
    ],
  );

  defineMessageCommands(program, talks);
  defineMachineCommands(program, talks);

  const completion = program
    .command('completion')
    .description('print what completes commands and flags in a shell')
    .addArgument(new Argument('<shell>').choices(shells))
    .action(async (shell: Shell) => {
      const { completionCommand } = await import('./completion.ts');
      await runs(() => completionCommand(shell))();
    });
  withExamples(completion, [
    { line: 'source <(claude-bridge completion bash)', does: 'for this session; zsh likewise' },
    { line: 'claude-bridge completion fish | source', does: 'for this session' },
    {
      line: 'claude-bridge completion powershell | Out-String | Invoke-Expression',
      does: 'for this session',
    },
  ]);

  return program;
}
