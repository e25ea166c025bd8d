import express, { type Handler } from 'express';
import { securityHeaders } from './respond.ts';

/** The page runs only what it was shipped with, and talks only to the relay it came from. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const headers = {
  ...securityHeaders,
  'Content-Security-Policy': pagePolicy,
  // Kept, but checked each time: the files change with the program, not with the messages.
  'Cache-Control': 'no-cache',
};

/** The page at `/`. It is public, so that it can ask for the token. */
export function servePage(folder: string): Handler {
  return express.static(folder, {
    index: 'index.html',
    redirect: false,
    cacheControl: false,
    setHeaders: (response) => {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    },
  });
}
