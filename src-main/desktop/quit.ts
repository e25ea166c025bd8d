import type { App } from 'electron/main';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long the relay may take to stop before the program ends without it, in ms. SQLite's log keeps what was committed. */
const deadlineMs = 5_000;

export interface QuitParts {
  app: Pick<App, 'on' | 'quit' | 'exit'>;
  /** Called at once: from now on windows close instead of hiding. */
  onQuitting: () => void;
  /** Stops the relay and saves what is left to save. */
  stop: () => Promise<void>;
  onError: (error: unknown) => void;
  deadline?: number;
}

/**
 * Holds the end of the program until the relay has stopped in order, or until the deadline. Returns the function that
 * stops for an end that cannot be held, as when Windows logs off.
 */
export function quitInOrder({
  app,
  onQuitting,
  stop,
  onError,
  deadline = deadlineMs,
}: QuitParts): () => void {
  let stopped: Promise<void> | undefined;
  const stopOnce = () => {
    if (stopped) return stopped;
    onQuitting();
    const late = sleep(deadline, undefined, { ref: false }).then(() => {
      throw new Error(`the relay did not stop within ${deadline} ms`);
    });
    stopped = Promise.race([stop(), late]).catch(onError);
    return stopped;
  };
  let mayQuit = false;
  app.on('before-quit', (event) => {
    if (mayQuit) return;
    event.preventDefault();
    void stopOnce().then(() => {
      mayQuit = true;
      app.quit();
    });
  });
  return () => void stopOnce();
}
