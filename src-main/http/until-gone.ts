import type { Exchange } from './exchange.ts';

/** Aborts when the client has gone, or when the credential that let it in has ended. */
export function untilGone({ response, principal }: Exchange): AbortSignal {
  const gone = new AbortController();
  const abort = () => gone.abort();
  const ended = principal?.lease?.ended;
  ended?.addEventListener('abort', abort, { once: true });
  response.once('close', () => {
    ended?.removeEventListener('abort', abort);
    // After a complete answer nobody listens any more, and an error with its trace would be made for nobody.
    if (!response.writableFinished) abort();
  });
  if (response.destroyed || ended?.aborted) abort();
  return gone.signal;
}
