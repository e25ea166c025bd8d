import { bytesInWords } from './numbers.ts';

/** Takes how many bytes are done. Without a total there is no bar, only how much is done. */
export type ProgressListener = (done: number, total: number | undefined) => void;

/**
 * Does something of which a bar says how far it is, on standard error if that is a terminal. The bar is gone when it is done
 * or was broken off, so that nothing follows on its line.
 * @param verb what is being done to how much, such as `copied`
 */
export async function withProgress<T>(
  verb: string,
  work: (onProgress: ProgressListener) => Promise<T>,
): Promise<T> {
  if (!process.stderr.isTTY) return work(() => undefined);
  const bar = await startBar(verb);
  try {
    return await work((done, total) => {
      if (total !== undefined) bar.setTotal(total);
      bar.update(done, { of: total !== undefined });
    });
  } finally {
    bar.stop();
  }
}

async function startBar(verb: string) {
  const { default: cliProgress } = await import('cli-progress');
  const bar = new cliProgress.SingleBar({
    stream: process.stderr,
    clearOnComplete: true,
    // The command itself cleans up when it is interrupted.
    gracefulExit: false,
    format: (options, { progress, value, total }, payload: { of?: boolean }) => {
      if (payload.of !== true) return `${verb} ${bytesInWords(value)}`;
      const width = options.barsize ?? 40;
      const full = Math.round(progress * width);
      const drawn = '█'.repeat(full) + '░'.repeat(width - full);
      return `${drawn} ${Math.floor(progress * 100)} %  ${verb} ${bytesInWords(value)} of ${bytesInWords(total)}`;
    },
  });
  bar.start(0, 0, {});
  return bar;
}
