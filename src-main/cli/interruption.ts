/**
 * Runs work that leaves nothing half done: when the user breaks it off, `signal` is aborted, and once the work has
 * cleaned up, the process ends as if by the signal itself.
 */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interrupted = new AbortController();
  let by: NodeJS.Signals | undefined;
  const interrupt = (name: NodeJS.Signals) => {
    by = name;
    interrupted.abort(new Error('interrupted'));
  };
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of names) process.once(name, interrupt);
  try {
    return await work(interrupted.signal);
  } finally {
    for (const name of names) process.off(name, interrupt);
    if (by) process.kill(process.pid, by);
  }
}
