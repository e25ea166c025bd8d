/** How every command ends. Scripts may rely on these numbers. */
export const exitCodes = {
  fine: { code: 0, meaning: 'Done; for the relay: it was asked to stop.' },
  bug: { code: 1, meaning: 'A bug, or output that could not be written.' },
  configuration: {
    code: 2,
    meaning: 'A bad argument, flag, variable, settings file, token file or certificate.',
  },
  port: { code: 3, meaning: 'The address or port cannot be used.' },
  database: { code: 4, meaning: 'The database cannot be used.' },
  unreachable: { code: 5, meaning: 'No relay is running, or it cannot be reached.' },
  denied: {
    code: 6,
    meaning: 'The relay refused: the token is wrong or lacks the right, or it is too much at once.',
  },
  notFound: { code: 7, meaning: 'What was asked for does not exist.' },
  timeout: { code: 8, meaning: 'Nothing came in time.' },
  conflict: { code: 9, meaning: 'It contradicts what is already there.' },
} as const satisfies Record<string, { code: number; meaning: string }>;

export type Outcome = keyof typeof exitCodes;

export function exitCode(outcome: Outcome): number {
  return exitCodes[outcome].code;
}
