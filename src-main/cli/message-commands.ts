import type { Command } from 'commander';
import type { AckCommand } from './ack.ts';
import type { ClearCommand } from './clear.ts';
import { collected, count, seconds } from './option-values.ts';
import type { ReceiveCommand } from './receive.ts';
import { printingCommand, relayCommand, type Talks } from './relay-command.ts';
import type { SearchCommand } from './search.ts';
import type { SendOptions } from './send-body.ts';
import type { TailCommand } from './tail.ts';
import type { ScreenOptions } from './terminal/screen.ts';
import type { TuiCommand } from './tui.ts';
import type { WaitCommand } from './wait.ts';

/** Defines the commands with which people and scripts send and read. What runs them is loaded when they are used. */
export function defineMessageCommands(program: Command, talks: Talks): void {
  defineSend(program, talks);
  defineReceive(program, talks);
  defineTail(program, talks);
  defineWait(program, talks);
  defineAck(program, talks);
  defineLists(program, talks);
  defineSearch(program, talks);
  defineClear(program, talks);
  defineTui(program, talks);
}

function defineSend(program: Command, talks: Talks): void {
  const command = program
    .command('send')
    .description('send a message')
    .argument('<channel>', 'where to')
    .argument('[text]', 'what; - or nothing for standard input')
    .option('--type <type>', 'send an envelope of this type, such as task, question, result')
    .option(
      '--field <name=text>',
      'a field of its content, repeatable; name:=json for other than text',
      collected,
    )
    .option('--json <file>', 'a file with its content, or with a whole envelope; - for standard input')
    .option('--reply-to <id>', 'the message that it answers')
    .option('--thread <name>', 'the conversation that it belongs to')
    .option('--to <name>', 'the agent that it is meant for')
    .option('--key <key>', 'an idempotency key: sent again with it, the message is stored once')
    .option('--sender <name>', 'who sends; default CLAUDE_BRIDGE_SENDER, else user@host')
    .option(
      '--wait-ack <seconds>',
      'wait until it is acknowledged, by --to if that is given',
      seconds('--wait-ack'),
    )
    .option('--utc', 'times in UTC')
    .action(
      async (
        channel: string,
        text: string | undefined,
        options: SendOptions & Pick<ScreenOptions, 'utc'>,
      ) => {
        const { sendCommand } = await import('./send.ts');
        await talks((talk) => sendCommand({ ...options, channel, text }, talk));
      },
    );
  relayCommand(command, [
    { line: 'claude-bridge send demo:hello "Hello"', does: 'send text' },
    { line: 'make test | claude-bridge send demo:builds', does: 'send what a program prints' },
    {
      line: 'claude-bridge send demo:worker --type task --field goal="Run the tests" --to orion --wait-ack 60',
      does: 'send a task and wait until orion has it',
    },
    {
      line: 'claude-bridge send demo:worker --json task.json --key task-17',
      does: 'send it once, however often run',
    },
  ]);
}

function defineReceive(program: Command, talks: Talks): void {
  const command = program
    .command('receive')
    .description('read messages of a channel, oldest first')
    .argument('<channel>', 'which')
    .option('--since <id>', 'what came after this message')
    .option('--before <id>', 'what came before this message')
    .option('--consumer <name>', 'what this reader has not acknowledged')
    .option('--limit <number>', 'at most so many; default 50, at most 500', count('--limit'))
    .option('--open', 'only tasks and questions that wait for their answer')
    .option('--ack', 'acknowledge for --consumer what was printed')
    .action(async (channel: string, options: Omit<ReceiveCommand, 'channel'>) => {
      const { receiveCommand } = await import('./receive.ts');
      await talks((talk) => receiveCommand({ ...options, channel }, talk));
    });
  printingCommand(command, [
    { line: 'claude-bridge receive demo:builds --limit 5', does: 'the newest five' },
    { line: 'claude-bridge receive demo:inbox --consumer me --ack', does: 'what is new to me, once' },
    { line: "claude-bridge receive demo:builds | jq -r '.content'", does: 'contents only' },
  ]);
}

function defineTail(program: Command, talks: Talks): void {
  const command = program
    .command('tail')
    .description('print the newest messages of channels, and what comes')
    .argument('[channels...]', 'which; all by default')
    .option('-f, --follow', 'go on with what comes, until Ctrl-C')
    .option('--since <id>', 'begin behind this message')
    .option('-n, --lines <number>', 'begin with so many messages', count('--lines', 0), 10)
    .action(async (channels: string[], options: Omit<TailCommand, 'channels'>) => {
      const { tailCommand } = await import('./tail.ts');
      await talks((talk) => tailCommand({ ...options, channels }, talk));
    });
  printingCommand(command, [
    { line: 'claude-bridge tail -f', does: 'everything, as it comes' },
    { line: 'claude-bridge tail demo:builds demo:inbox -n 50', does: 'the newest 50 of two channels' },
    { line: 'claude-bridge tail demo:builds -f -n 0 --json', does: 'what comes from now on, for a program' },
  ]);
}

function defineWait(program: Command, talks: Talks): void {
  const command = program
    .command('wait')
    .description('wait for messages of a channel and print them')
    .argument('<channel>', 'which')
    .option('--since <id>', 'what comes after this message; default the newest one')
    .option('--consumer <name>', 'what this reader has not acknowledged')
    .option('--timeout <seconds>', 'give up after this time, with exit code 8', seconds('--timeout'))
    .option('--limit <number>', 'print at most so many; default 20', count('--limit'))
    .option('--ack', 'acknowledge for --consumer what was printed')
    .action(async (channel: string, options: Omit<WaitCommand, 'channel'>) => {
      const { waitCommand } = await import('./wait.ts');
      await talks((talk) => waitCommand({ ...options, channel }, talk));
    });
  printingCommand(command, [
    { line: 'claude-bridge wait demo:builds --timeout 600', does: 'the next message, within ten minutes' },
    {
      line: 'claude-bridge wait demo:inbox --consumer me --ack',
      does: 'what is new to me, as soon as there is any',
    },
  ]);
}

function defineAck(program: Command, talks: Talks): void {
  const command = program
    .command('ack')
    .description('say that a reader is done with a message and all before it')
    .argument('<channel>', 'where')
    .argument('<message>', 'id of the newest message that is done')
    .requiredOption('--consumer <name>', 'the reader')
    .action(async (channel: string, message: string, options: Omit<AckCommand, 'channel' | 'message'>) => {
      const { ackCommand } = await import('./ack.ts');
      await talks((talk) => ackCommand({ ...options, channel, message }, talk));
    });
  printingCommand(command, [
    {
      line: 'claude-bridge ack demo:inbox 01a2071b-4ac4-7308-aab7-e152524b45d5 --consumer me',
      does: 'done with everything up to it',
    },
  ]);
}

function defineLists(program: Command, talks: Talks): void {
  printingCommand(
    program
      .command('channels')
      .description('list the channels')
      .action(async (options: ScreenOptions) => {
        const { channelsCommand } = await import('./channels.ts');
        await talks((talk) => channelsCommand(options, talk));
      }),
    [
      { line: 'claude-bridge channels', does: 'with their messages, senders and open questions' },
      { line: 'claude-bridge channels | jq -r .id', does: 'names only' },
    ],
  );
  printingCommand(
    program
      .command('agents')
      .description('list who is there')
      .action(async (options: ScreenOptions) => {
        const { agentsCommand } = await import('./agents.ts');
        await talks((talk) => agentsCommand(options, talk));
      }),
    [{ line: 'claude-bridge agents', does: 'who waits, who streams, and what they have not read' }],
  );
  printingCommand(
    program
      .command('status')
      .description('say how the relay is')
      .action(async (options: ScreenOptions) => {
        const { statusCommand } = await import('./status.ts');
        await talks((talk) => statusCommand(options, talk));
      }),
    [
      { line: 'claude-bridge status', does: 'is it there, and is anybody stuck' },
      { line: 'claude-bridge status --json | jq .open_questions', does: 'for programs' },
    ],
  );
}

function defineSearch(program: Command, talks: Talks): void {
  const command = program
    .command('search')
    .description('find messages by their words, newest first')
    .argument('[words...]', 'all of them must occur; "several words" in a row, a beginning with * behind it')
    .option('--channel <name>', 'only there')
    .option('--sender <name>', 'only from it')
    .option('--type <type>', 'only of this type')
    .option('--before <id>', 'only before this message')
    .option('--limit <number>', 'at most so many; default 50, at most 500', count('--limit'))
    .action(async (words: string[], options: Omit<SearchCommand, 'words'>) => {
      const { searchCommand } = await import('./search.ts');
      await talks((talk) => searchCommand({ ...options, words }, talk));
    });
  printingCommand(command, [
    { line: 'claude-bridge search release linux', does: 'messages with both words' },
    {
      line: 'claude-bridge search \'"release notes"\' --sender orion',
      does: 'these words in a row, from orion',
    },
  ]);
}

function defineClear(program: Command, talks: Talks): void {
  const command = program
    .command('clear')
    .description('delete the messages of a channel, for everybody')
    .argument('<channel>', 'which')
    .option('-y, --yes', 'do not ask')
    .action(async (channel: string, options: Omit<ClearCommand, 'channel'>) => {
      const { clearCommand } = await import('./clear.ts');
      await talks((talk) => clearCommand({ ...options, channel }, talk));
    });
  printingCommand(command, [{ line: 'claude-bridge clear demo:builds', does: 'asks first' }]);
}

function defineTui(program: Command, talks: Talks): void {
  const command = program
    .command('tui')
    .description('show channels, messages and agents live, on the whole terminal')
    .argument('[channel]', 'opened first; the one with the newest message by default')
    .option('--sender <name>', 'who sends; default CLAUDE_BRIDGE_SENDER, else user@host')
    .option('--utc', 'times in UTC')
    .action(async (channel: string | undefined, options: Omit<TuiCommand, 'channel'>) => {
      const { requireTerminal, tuiCommand } = await import('./tui.ts');
      requireTerminal();
      await talks((talk) => tuiCommand({ ...options, channel }, talk));
    });
  relayCommand(command, [
    { line: 'claude-bridge tui', does: 'the relay that runs here; ? shows the keys' },
    { line: 'claude-bridge tui demo:worker --sender mira', does: 'one channel first, writing as mira' },
  ]);
}
