import express, { type Handler } from 'express';
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
    setHeaders: (response) => {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    },
  });
  return (request, response, next) => {
    if (isOn()) serve(request, response, next);
    else next();
  };
}
