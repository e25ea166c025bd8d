import { CommanderError } from 'commander';
import { BridgeError, toError, type ErrorCode } from '../../src-shared/bridge-error.ts';
import { ConfigurationError } from '../settings/configuration-error.ts';
import { exitCode, type Outcome } from './exit-codes.ts';
import { printError } from './output.ts';
import { settingOptions } from './setting-options.ts';

/** An expected end of a command other than success: one sentence and an exit code. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly outcome: Outcome;

  constructor(outcome: Outcome, sentence: string) {
    super(sentence);
    this.outcome = outcome;
  }
}

/** Says on standard error what went wrong and returns the exit code. */
export function reportFailure(thrown: unknown): number {
  if (thrown instanceof CommanderError) return reportUsage(thrown);
  const outcome = expectedOutcome(thrown);
  const error = toError(thrown);
  if (outcome !== undefined || 'syscall' in error) {
    // Where in our code the system refused something would say nothing to the user.
    printError(error.message);
  } else {
    process.stderr.write(`error: this is a bug in claude-bridge, please report it\n${error.stack ?? ''}\n`);
  }
  return exitCode(outcome ?? 'bug');
}

function expectedOutcome(thrown: unknown): Outcome | undefined {
  if (thrown instanceof ConfigurationError) return 'configuration';
  if (thrown instanceof CommandFailure) return thrown.outcome;
  if (thrown instanceof BridgeError) return outcomeOfCode(thrown.code);
  return undefined;
}

/** How a relay that could not start ends, or a command that a relay refused: what is not named here was given wrongly. */
const outcomes: Partial<Record<ErrorCode, Outcome>> = {
  internal_error: 'bug',
  port_unavailable: 'port',
  storage_busy: 'database',
  storage_full: 'database',
  storage_read_only: 'database',
  storage_corrupt: 'database',
  storage_failed: 'database',
  unreachable: 'unreachable',
  unexpected_answer: 'unreachable',
  shutting_down: 'unreachable',
  paused: 'unreachable',
  relay_stopped: 'unreachable',
  too_many_subscribers: 'unreachable',
  too_many_channel_subscribers: 'unreachable',
  too_many_sessions: 'unreachable',
  too_many_waiters: 'unreachable',
  unauthorized: 'denied',
  unauthenticated_network: 'denied',
  missing_right: 'denied',
  origin_not_allowed: 'denied',
  host_not_allowed: 'denied',
  too_many_attempts: 'denied',
  too_many_messages: 'denied',
  too_many_hops: 'denied',
  not_found: 'notFound',
  method_not_allowed: 'notFound',
  request_timeout: 'timeout',
  conflict: 'conflict',
  in_progress: 'conflict',
};

function outcomeOfCode(code: ErrorCode): Outcome {
  return outcomes[code] ?? 'configuration';
}

function reportUsage(error: CommanderError): number {
  // Help and version were asked for and have been printed.
  if (error.exitCode === 0) return exitCode('fine');
  printError(usageSentence(error));
  return exitCode('configuration');
}

/** What was typed is not repeated beyond the name of a flag: it may be a token with a blank in it. */
function usageSentence(error: CommanderError): string {
  switch (error.code) {
    case 'commander.help':
    case 'commander.unknownCommand':
    case 'commander.excessArguments':
      return 'there is no such command (see claude-bridge --help)';
    default: {
      const valued = /'(--[^'=]+)=/.exec(error.message)?.[1];
      if (isSwitch(valued)) return `${valued} takes no value (see claude-bridge --help)`;
      const sentence = error.message.replace(/^error: /, '').replace(/'(-[^'=]*)=[^']*'/, "'$1'");
      const hint = sentence.includes('Did you mean') ? '' : ' (see claude-bridge --help)';
      return sentence + hint;
    }
  }
}

function isSwitch(flag: string | undefined): flag is string {
  return flag === '--stdio' || settingOptions().some((option) => option.long === flag && option.isBoolean());
}
