import express, { type Handler } from 'express';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import { pagePolicy } from '../../src-shared/page-policy.ts';
import { securityHeaders } from './respond.ts';

const headers = {
  ...securityHeaders,
  'Content-Security-Policy': pagePolicy,
  // Kept, but checked each time: the files change with the program, not with the messages.
  'Cache-Control': 'no-cache',
};

/** The page at `/`, while it is switched on. It is public, so that it can ask for the token. */
export function servePage(folder: string, isOn: () => boolean): Handler {
  const serve = express.static(folder, {
    index: 'index.html',
    redirect: false,
    cacheControl: false,
    // The files are small, and a range that a file does not have would be one more way to be refused.
    acceptRanges: false,
    setHeaders: (response) => {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    },
  });
  return (request, response, next) => {
    if (isOn()) serve(request, response, (error?: unknown) => next(refusalOf(error)));
    else next();
  };
}

/** What keeps a file from being sent, of which the client can only cause that it does not want the file as it is. */
function refusalOf(error: unknown): unknown {
  if ((error as { status?: unknown } | undefined)?.status !== 412) return error;
  return new BridgeError('precondition_failed', 'the file is not as the request wants it to be', {
    cause: error,
  });
}
