import express from 'express';
import fc from 'fast-check';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isProtectedPath } from '../../src-main/security/protected-paths.ts';

test.each([
  '/api/state',
  '/api/state?x=1',
  '/api/',
  '/api',
  '/api/messages/no/such/route',
  '/messages/?session_id=1',
  '/messages',
  '/events/channel/demo:w',
  '/events/channel/a%2Fb',
  '/events?channel=a',
  '/sse',
  '/sse/',
  '/sse?x=/',
  '/sse#x',
  '/mcp',
  '/mcp?session=1',
  '/metrics',
])('%s is protected', (target) => {
  expect(isProtectedPath(target)).toBe(true);
});

test.each([
  '/',
  '/status',
  '/readyz',
  '/assets/app-4f2a.js',
  '/apis',
  '/api-docs',
  '/ssex',
  '/sse/x',
  '/mcp/x',
  '/eventsource',
  '/API/state',
  '/x/api/state',
  '/x/sse',
  '/.well-known/oauth-protected-resource/mcp',
  '/@vite/client',
  '/...',
  '/?next=/api/state',
])('%s is open', (target) => {
  expect(isProtectedPath(target)).toBe(false);
});

describe('other spellings of protected paths', () => {
  test.each([
    '//api/state',
    '///api/state',
    '/./api/state',
    '/x/../api/state',
    '/x/%2e%2e/api/state',
    '/x/..%2fapi/state',
    '/%61pi/state',
    '/%2561pi/state',
    '/%2fapi/state',
    '/\\api/state',
    '\\api\\state',
    '/x\\..\\api/state',
    '/%5capi/state',
    '/api%2Fstate',
    '/api%5cstate',
    '/api/../index.html',
    '/api/%ff',
    '/%ff/../api/state',
    '/%2f%ff/../sse',
    '/s%73e',
    '/sse%3Fx',
    '/sse\u00a0',
    '/sse\t',
    '//any.example/mcp',
    'http://localhost/api/state',
    'HTTP://localhost:8765/mcp',
    'http://user:word@localhost/sse',
    'http:\\\\localhost\\sse',
    '/%25252525252561pi/state',
    '/sse;x',
    'api/state',
    '*',
    '',
  ])('%j is protected', (target) => {
    expect(isProtectedPath(target)).toBe(true);
  });
});

/** Pieces out of which requests for protected routes can be built, and misspelt. */
const piece = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom('/api/state', '/events/channel/x', '/sse', '/mcp', '/messages/', '/metrics'),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '/',
      '//',
      '/.',
      '/..',
      '/x/..',
      '\\',
      '%2f',
      '%2e',
      '%61',
      '%73',
      '%5C',
      '%',
      '%ff',
      '%00',
      ';',
      '#',
      '?',
      ':',
      '@',
      '\t',
      '\u00a0',
      'http://h',
      'http:',
      '*',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.string({
      maxLength: 3,
      unit: fc.integer({ min: 0x21, max: 0xff }).map((code) => String.fromCharCode(code)),
    }),
  },
);
const target = fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join(''));

describe('a router that takes paths as loosely as it can', () => {
  let server: Server;
  let port: number;

  beforeAll(async () => {
    const app = express().set('case sensitive routing', true);
    const reached: express.RequestHandler = (request, response) => {
      response.set('reached', encodeURIComponent(request.originalUrl)).end();
    };
    app.all(['/sse', '/mcp', '/metrics', '/events/channel/*name'], reached);
    app.use(['/api', '/messages', '/events'], reached);
    app.use((_request, response) => void response.status(404).end());
    server = createServer(app);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => server.close());

  /** The request target that reached a protected route, if it did. */
  async function reachedWith(path: string): Promise<string | undefined> {
    const socket = connect(port, '127.0.0.1').setEncoding('latin1');
    socket.end(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`, 'latin1');
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    const header = /^reached: (.*)\r$/m.exec(answer);
    return header?.[1] === undefined ? undefined : decodeURIComponent(header[1]);
  }

  test('is reached by protected spellings only', async () => {
    let times = 0;
    await fc.assert(
      fc.asyncProperty(target, async (path) => {
        const url = await reachedWith(path);
        if (url === undefined) return;
        times++;
        expect(isProtectedPath(url)).toBe(true);
      }),
      { numRuns: 600, seed: 20_261_123 },
    );
    // Otherwise the property would say nothing.
    expect(times).toBeGreaterThan(50);
  });
});

test('no spelling that a URL parser resolves to a protected path is open', () => {
  const route = /^\/(?:(?:api|messages|events)(?:\/|$)|(?:sse|mcp|metrics)\/?$)/;
  fc.assert(
    fc.property(target, (path) => {
      const readings = [path, URL.parse(path, 'http://h')?.pathname, URL.parse(`http://h${path}`)?.pathname];
      const hits = readings.some((reading) => reading !== undefined && route.test(decodeLeniently(reading)));
      expect(!hits || isProtectedPath(path)).toBe(true);
    }),
    { numRuns: 3_000 },
  );
});

function decodeLeniently(text: string): string {
  return text.replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}
