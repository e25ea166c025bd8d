import type { Worker } from 'node:worker_threads';

/**
 * Asks a thread that uses SQLite to end, and resolves when it has. It must not be terminated: a native call that is cut off on its
 * way back, or while the library loads, takes the whole process down with it.
 */
export async function stopWorker(worker: Worker): Promise<void> {
  // -1 once it has ended.
  if (worker.threadId < 0) return;
  const ended = new Promise((resolve) => worker.once('exit', resolve));
  worker.ref();
  worker.postMessage('stop');
  await ended;
}
