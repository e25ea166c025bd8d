/** How far something is. */
export interface Progress {
  /** Without a total there is no bar, only how much is done. */
  update: (done: number, total: number | undefined) => void;
  stop: () => void;
}

const silent: Progress = { update: () => undefined, stop: () => undefined };

/**
 * A bar on standard error if that is a terminal, nothing otherwise.
 * @param verb what is being done to how much, such as `copied`
 * @param inWords how amounts are written
 */
export async function startProgress(verb: string, inWords: (amount: number) => string): Promise<Progress> {
  if (!process.stderr.isTTY) return silent;
  const { default: cliProgress } = await import('cli-progress');
  const bar = new cliProgress.SingleBar({
    stream: process.stderr,
    clearOnComplete: true,
    // The command itself cleans up when it is interrupted.
    gracefulExit: false,
    format: (options, { progress, value, total }, payload: { of?: boolean }) => {
      if (payload.of !== true) return `${verb} ${inWords(value)}`;
      const width = options.barsize ?? 40;
      const full = Math.round(progress * width);
      const drawn = '█'.repeat(full) + '░'.repeat(width - full);
      return `${drawn} ${Math.floor(progress * 100)} %  ${verb} ${inWords(value)} of ${inWords(total)}`;
    },
  });
  bar.start(0, 0, {});
  return {
    update: (done, total) => {
      if (total !== undefined) bar.setTotal(total);
      bar.update(done, { of: total !== undefined });
    },
    stop: () => bar.stop(),
  };
}
