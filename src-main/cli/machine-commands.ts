import type { Command } from 'commander';
import { accessOptions, duration, type AccessFlags } from './access-flags.ts';
import { printingCommand, relayCommand, type Talks } from './relay-command.ts';
import type { SecretFlags } from './secret-output.ts';
import type { ScreenOptions } from './terminal/screen.ts';

/** Defines the commands that give machines tokens of their own. What runs them is loaded when they are used. */
export function defineMachineCommands(program: Command, talks: Talks): void {
  definePair(program, talks);
  const token = program.command('token').description('tokens of single machines').helpCommand(false);
  defineTokenList(token, talks);
  defineTokenCreate(token, talks);
  defineTokenRotate(token, talks);
  defineTokenRevoke(token, talks);
}

function definePair(program: Command, talks: Talks): void {
  const command = program
    .command('pair')
    .description('make a code by which another machine joins, and wait for it')
    .option('--name <label>', 'what the machine is called unless it has a name of its own')
    .action(async (flags: AccessFlags & { name?: string }) => {
      const { pair } = await import('./pair.ts');
      await talks((talk) => pair(flags, talk));
    });
  relayCommand(accessOptions(command), [
    { line: 'claude-bridge pair --name atlas', does: 'a machine that may read and send' },
    {
      line: "claude-bridge pair --scope read --scope send='payments:*' --expires 30d",
      does: 'one that reads everything and writes to some channels, for a month',
    },
  ]);
}

function defineTokenList(token: Command, talks: Talks): void {
  const command = token
    .command('list')
    .description('which machines have one, what they may do and when they were here')
    .action(async (options: ScreenOptions) => {
      const { tokenList } = await import('./tokens.ts');
      await talks((talk) => tokenList(options, talk));
    });
  printingCommand(command, [{ line: 'claude-bridge token list', does: 'all of them' }]);
}

function defineTokenCreate(token: Command, talks: Talks): void {
  const command = token
    .command('create')
    .description('make one')
    .argument('<label>', 'what the machine is called')
    .action(async (label: string, flags: AccessFlags & SecretFlags) => {
      const { tokenCreate } = await import('./tokens.ts');
      await talks((talk) => tokenCreate({ ...flags, label }, talk));
    });
  relayCommand(secretOptions(accessOptions(command)), [
    {
      line: 'claude-bridge token create atlas --out atlas.token',
      does: 'for a machine that may read and send',
    },
    {
      line: "claude-bridge token create screen --read-only --channels 'demo:*' --print",
      does: 'for a script, on standard output alone',
    },
  ]);
}

function defineTokenRotate(token: Command, talks: Talks): void {
  const command = token
    .command('rotate')
    .description('give a machine another one; the old one counts for a while')
    .argument('<name>', 'label or id')
    .option('--grace <time>', 'for how long, for example 1h; 0s for not at all', duration('--grace'))
    .action(async (name: string, flags: SecretFlags & { grace?: number }) => {
      const { tokenRotate } = await import('./tokens.ts');
      await talks((talk) => tokenRotate({ ...flags, name }, talk));
    });
  relayCommand(secretOptions(command), [
    {
      line: 'claude-bridge token rotate atlas --out atlas.token --force',
      does: 'into the file of the old one',
    },
  ]);
}

function defineTokenRevoke(token: Command, talks: Talks): void {
  const command = token
    .command('revoke')
    .description('end one, and everything that is open with it')
    .argument('<name>', 'label or id')
    .action(async (name: string) => {
      const { tokenRevoke } = await import('./tokens.ts');
      await talks((talk) => tokenRevoke({ name }, talk));
    });
  relayCommand(command, [
    { line: 'claude-bridge token revoke atlas', does: 'the machine is cut off at once' },
  ]);
}

function secretOptions(command: Command): Command {
  return command
    .option('--out <file>', 'put it into this file, which only you can read')
    .option('--force', 'replace the file if it is there')
    .option('--print', 'print it, also where standard output is no terminal');
}
