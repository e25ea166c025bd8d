import { Option, type Command } from 'commander';
import { ConfigurationError } from '../settings/configuration-error.ts';

/** Where a command finds its relay. */
export interface TargetOptions {
  url?: string;
  token?: string;
  tokenFile?: string;
  caFile?: string;
  fingerprint?: string;
}

/** Each of them as a flag and as a variable. */
export const targetFlags = {
  url: {
    flag: '--url',
    env: 'CLAUDE_BRIDGE_URL',
    placeholder: 'address',
    doc: 'the relay to talk to; without it the one that runs here',
  },
  token: {
    flag: '--token',
    env: 'CLAUDE_BRIDGE_TOKEN',
    placeholder: 'token',
    doc: 'its token; better a file or the variable, since others can see the command line',
  },
  tokenFile: {
    flag: '--token-file',
    env: 'CLAUDE_BRIDGE_TOKEN_FILE',
    placeholder: 'path',
    doc: 'a file with its token',
  },
  caFile: {
    flag: '--ca-file',
    env: 'CLAUDE_BRIDGE_CA_FILE',
    placeholder: 'path',
    doc: 'the authority behind its certificate, in PEM',
  },
  fingerprint: {
    flag: '--fingerprint',
    env: 'CLAUDE_BRIDGE_FINGERPRINT',
    placeholder: 'sha256',
    doc: 'the SHA-256 fingerprint of its certificate, if that is self-signed',
  },
} as const satisfies Record<keyof TargetOptions, Record<'flag' | 'env' | 'placeholder' | 'doc', string>>;

/** The flags, for the program: there they count before and behind every command. */
export function targetOptions(): Option[] {
  return Object.values(targetFlags).map(({ flag, placeholder, doc, env }) =>
    new Option(`${flag} <${placeholder}>`, `${doc} [${env}]`).helpGroup('Relay:'),
  );
}

/**
 * Lists the same flags in the help of a command that talks to a relay. The program has read them by then, so the command
 * finds them by `givenTarget` or in `optsWithGlobals()`, not in its own options.
 */
export function listTargetOptions(command: Command): Command {
  for (const option of targetOptions()) command.addOption(option);
  return command;
}

/** What was given on the command line. */
export function givenTarget(program: Command): TargetOptions {
  const options = program.opts<TargetOptions>();
  const given = Object.keys(targetFlags).map((key) => [key, options[key as keyof TargetOptions]]);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined)) as TargetOptions;
}

/**
 * For what is itself a relay.
 * @throws ConfigurationError for flags that would have no effect
 */
export function refuseTarget(given: TargetOptions): void {
  const [key] = Object.keys(given) as (keyof TargetOptions)[];
  if (key === undefined) return;
  const { flag } = targetFlags[key];
  throw new ConfigurationError(
    flag === '--url'
      ? '--url is for commands that talk to a relay, and for --stdio'
      : `${flag} is for a relay elsewhere, which --url names`,
  );
}
