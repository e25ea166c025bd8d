import { Argument, type Command } from 'commander';
import { clientIds, scopes, transports } from '../../src-shared/connect/client.ts';
import type { ConnectFlags } from './connect/options.ts';
import { withExamples } from './examples.ts';
import { relayCommand, type Runs } from './relay-command.ts';
import { shells, type Shell } from './shells.ts';
import { givenTarget } from './target-options.ts';

/** Defines the command that connects the clients of this machine. What runs it is loaded when it is used, as with all of these. */
export function defineConnect(program: Command, runs: Runs): void {
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
}

/** Defines the command with which this machine becomes one that a relay knows. */
export function defineJoin(program: Command, runs: Runs): void {
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
}

/** Defines the command that looks for what is wrong. */
export function defineDoctor(program: Command, runs: Runs): void {
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
}

/** Defines the command that prints what shells need to complete the others. */
export function defineCompletion(program: Command, runs: Runs): void {
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
}
