import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { serveBundle } from '../../src-main/desktop/serve-bundle.ts';
import { pagePolicy } from '../../src-shared/page-policy.ts';
import { scratchDirectory } from '../support/program.ts';

function setUp() {
  const root = scratchDirectory();
  const folder = join(root, 'renderer');
  mkdirSync(join(folder, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'index.html'), '<!doctype html>');
  writeFileSync(join(folder, 'assets/main-abc.js'), 'export {};');
  writeFileSync(join(folder, 'assets/notes.xyz'), 'no type of ours');
  writeFileSync(join(root, 'secret.txt'), 'secret');
  writeFileSync(join(root, 'renderer-secret.txt'), 'secret');
  const asked: string[] = [];
  const relay = (request: Request) => {
    asked.push(`${request.method} ${request.url}`);
    return Promise.resolve(Response.json({ from: 'relay' }));
  };
  const get = (path: string, init?: RequestInit) =>
    serveBundle(new Request(`app://bundle${path}`, init), { folder, relay });
  return { folder, root, relay, asked, get };
}

describe('files of the page', () => {
  test('are handed out with their type and the policy of the page', async () => {
    const { get } = setUp();
    for (const [path, type] of [
      ['/', 'text/html; charset=utf-8'],
      ['/index.html', 'text/html; charset=utf-8'],
      ['/index.html#/settings', 'text/html; charset=utf-8'],
      ['/assets/main-abc.js', 'text/javascript; charset=utf-8'],
    ] as const) {
      const response = await get(path);
      expect(response.status, path).toBe(200);
      expect(response.headers.get('content-type')).toBe(type);
      expect(response.headers.get('content-security-policy')).toBe(pagePolicy);
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    }
    expect(await (await get('/')).text()).toBe('<!doctype html>');
  });

  test('have a length without a body for HEAD, and can only be read', async () => {
    const { get } = setUp();
    const head = await get('/', { method: 'HEAD' });
    expect(head.headers.get('content-length')).toBe('15');
    expect(await head.text()).toBe('');
    expect((await get('/', { method: 'POST', body: 'x' })).status).toBe(405);
  });

  test.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/..%5csecret.txt',
    '/../renderer-secret.txt',
    '/%2fetc/passwd',
    '/C:/Windows/win.ini',
    '/assets%00.js',
    '/%zz.js',
    '/assets',
    '/assets/notes.xyz',
    '/missing.js',
    '/index.html/more.js',
  ])('are not found outside of the folder, by another type, or where there is none: %s', async (path) => {
    const { get } = setUp();
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: 'not_found' });
  });

  test('are handed out to nobody but the window', async () => {
    const { folder, relay } = setUp();
    for (const request of [
      new Request('app://bundle.example/index.html'),
      new Request('app://other/index.html'),
      new Request('https://bundle/index.html'),
      new Request('app://bundle/index.html', { headers: { origin: 'https://evil.example' } }),
      new Request('app://bundle/api/state', { headers: { origin: 'null' } }),
    ]) {
      const response = await serveBundle(request, { folder, relay });
      expect(response.status, request.url).toBe(403);
    }
  });

  test('that the disk refuses are an error in words, not an exception', async () => {
    const { folder, get } = setUp();
    symlinkSync('loop.js', join(folder, 'loop.js'));
    const response = await get('/loop.js');
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ code: 'internal_error' });
  });
});

test('the interface for people is passed on to the relay, that for agents is not', async () => {
  const { get, asked } = setUp();
  const passed = [
    '/api/state?x=1',
    '/events?all=1',
    '/events/channel/demo%3Ax',
    '/status',
    '/metrics',
    '/readyz',
  ];
  for (const path of passed) expect(await (await get(path)).json()).toEqual({ from: 'relay' });
  expect(asked).toEqual(passed.map((path) => `GET app://bundle${path}`));
  for (const path of ['/mcp', '/sse', '/messages/', '/apiary', '/eventsource']) {
    expect((await get(path)).status, path).toBe(404);
  }
});
