import { exitCode } from './exit-codes.ts';
import { CommandFailure } from './failure.ts';
import { senderName } from './send-body.ts';
import type { Talk } from './talk.ts';

export interface TuiCommand {
  /** Opened first. */
  channel: string | undefined;
  sender?: string;
  utc?: boolean;
}

/** @throws CommandFailure `configuration` where there is no terminal to draw on, or no keys come from it */
export function requireTerminal(): void {
  if (process.stdin.isTTY && process.stdout.isTTY && process.env['TERM'] !== 'dumb') return;
  throw new CommandFailure(
    'configuration',
    'tui needs a terminal for its input and output; claude-bridge tail -f prints what comes into a pipe',
  );
}

/** `claude-bridge tui`: what agents say to each other, live on the whole terminal. */
export async function tuiCommand({ channel, sender, utc }: TuiCommand, talk: Talk): Promise<number> {
  const { runScreen } = await import('./tui/run.ts');
  await runScreen(talk, { channel, sender: senderName({ sender }, process.env), utc: utc === true });
  return exitCode('fine');
}
