import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import type { ElectronDouble } from './double/electron.ts';

const preload = fileURLToPath(new URL('../../dist/preload/preload.cjs', import.meta.url));
const page = fileURLToPath(new URL('../../dist/renderer/index.html', import.meta.url));

/** Whether preload script and page were built. */
export const isPageBuilt = [preload, page].every((path) => statSync(path, { throwIfNoEntry: false }));

export interface WindowPage {
  page: Page;
  /** What the browser has complained about: errors, and what the page's policy forbids. */
  complaints: string[];
}

/**
 * The page of the window in a real Chromium: the built page with the built preload script, its files and its relay through
 * the application's own protocol handler, its calls through the application's own IPC handlers. Chromium cannot open
 * `app:`, so a server of this test stands for the scheme.
 */
export async function openWindowPage(
  double: ElectronDouble,
  { fragment = '', settings = {} }: { fragment?: string; settings?: BrowserContextOptions } = {},
): Promise<WindowPage> {
  const origin = await serveScheme(double);
  const browser = await launchBrowser();
  const context = await browser.newContext({ viewport: { width: 1280, height: 820 }, ...settings });
  onTestFinished(() => context.close());
  const opened = await context.newPage();
  const complaints: string[] = [];
  opened.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  opened.on('pageerror', (error) => complaints.push(String(error)));
  await opened.exposeFunction('invokeMain', (channel: string, payload: unknown) =>
    double.invoke(channel, payload),
  );
  await opened.addInitScript({
    content: `${sandbox}\n(function (require) {\n${readFileSync(preload, 'utf8')}\n})(requireInSandbox);`,
  });
  double.window.contents.onSend = (channel, payload) => {
    const event = `new CustomEvent(${JSON.stringify(channel)}, { detail: ${JSON.stringify(payload)} })`;
    // A page that has been closed hears nothing any more.
    opened.evaluate(`dispatchEvent(${event})`).catch((error: unknown) => {
      if (!opened.isClosed()) throw error;
    });
  };
  await opened.goto(`${origin}/index.html${fragment}`);
  return { page: opened, complaints };
}

/** What a sandboxed preload script has: `require` for Electron's own modules and for nothing else. */
const sandbox = `
const invokeMain = globalThis.invokeMain;
const wrapped = new WeakMap();
function requireInSandbox(name) {
  if (name !== 'electron/renderer') throw new Error('module not found: ' + name);
  return {
    contextBridge: {
      exposeInMainWorld(key, api) {
        for (const [name, value] of Object.entries(api)) {
          if (typeof value !== 'function') throw new Error(name + ' is no function');
        }
        Object.defineProperty(globalThis, key, { value: Object.freeze({ ...api }) });
      },
    },
    ipcRenderer: {
      invoke: (channel, payload) => invokeMain(channel, structuredClone(payload)),
      on(channel, listener) {
        const hear = (event) => listener({}, event.detail);
        wrapped.set(listener, hear);
        addEventListener(channel, hear);
      },
      off: (channel, listener) => removeEventListener(channel, wrapped.get(listener)),
    },
  };
}`;

/** Hands every request to the application's protocol handler, as if it were one to `app://bundle`. */
async function serveScheme(double: ElectronDouble): Promise<string> {
  let origin = '';
  const server = createServer((request, response) => {
    passOn(double, request, { response, origin }).catch(() => response.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return origin;
}

async function passOn(
  double: ElectronDouble,
  request: IncomingMessage,
  { response, origin }: { response: ServerResponse; origin: string },
): Promise<void> {
  const headers = new Headers();
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    if (['host', 'connection', 'content-length'].includes(name)) continue;
    for (const value of values ?? []) headers.append(name, value === origin ? 'app://bundle' : value);
  }
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD';
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const answer = await double.request(request.url ?? '/', {
    method: request.method ?? 'GET',
    headers,
    signal: gone.signal,
    ...(hasBody ? { body: Readable.toWeb(request), duplex: 'half' } : {}),
  });
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  response.flushHeaders();
  if (answer.body) await pipeline(Readable.fromWeb(answer.body), response);
  else response.end();
}
