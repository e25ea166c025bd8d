import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { BridgeError, toError } from '../../src-shared/bridge-error.ts';
import { pagePolicy } from '../../src-shared/page-policy.ts';
import { bundleOrigin } from './bundle-scheme.ts';

export interface BundleParts {
  /** Where the built page lies. */
  folder: string;
  /** Answers what belongs to the relay. */
  relay: (request: Request) => Promise<Response>;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
};

const pageHeaders = {
  'Content-Security-Policy': pagePolicy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  // The files are on this disk; a copy of the browser could only be older.
  'Cache-Control': 'no-store',
};

/** The paths of the relay that the page may ask: its interface for people, not that for agents. */
const relayPaths = /^\/(?:api\/.*|events(?:\/.*)?|status|readyz|metrics)$/;

/**
 * Answers everything that the window asks of `app://bundle`: files of the page, and the relay's interface below the same
 * paths as over HTTP. Never rejects.
 */
export async function serveBundle(request: Request, { folder, relay }: BundleParts): Promise<Response> {
  try {
    const { pathname } = pageAddress(request);
    if (relayPaths.test(pathname)) return await relay(request);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw new BridgeError('method_not_allowed', 'files can only be read');
    }
    return await serveFile(folder, pathname, request.method === 'HEAD');
  } catch (error) {
    return refusal(error);
  }
}

function pageAddress(request: Request): URL {
  const address = new URL(request.url);
  const origin = request.headers.get('origin');
  if (`${address.protocol}//${address.host}` !== bundleOrigin || (origin ?? bundleOrigin) !== bundleOrigin) {
    throw new BridgeError('origin_not_allowed', 'this address belongs to the window of Claude Bridge');
  }
  return address;
}

async function serveFile(folder: string, pathname: string, isHead: boolean): Promise<Response> {
  const path = pathIn(folder, pathname === '/' ? '/index.html' : pathname);
  const type = contentTypes[extname(path)];
  if (type === undefined) throw notFound();
  const content = await readFile(path).catch((error: unknown) => {
    throw ['ENOENT', 'EISDIR', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')
      ? notFound()
      : error;
  });
  return new Response(isHead ? null : new Uint8Array(content), {
    headers: { ...pageHeaders, 'Content-Type': type, 'Content-Length': String(content.length) },
  });
}

/** The file that a path names. Whatever could name one outside `folder` names none. */
function pathIn(folder: string, pathname: string): string {
  const name = decoded(pathname);
  const isPlain = !/[\0\\:]/.test(name) && !name.split('/').some((part) => part === '..' || part === '.');
  const path = normalize(join(folder, name));
  if (!isPlain || !path.startsWith(normalize(folder + sep))) throw notFound();
  return path;
}

function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    throw notFound();
  }
}

function notFound(): BridgeError {
  return new BridgeError('not_found', 'not found');
}

function refusal(thrown: unknown): Response {
  const error =
    thrown instanceof BridgeError ? thrown : new BridgeError('internal_error', toError(thrown).message);
  const headers = error.retryAfter === undefined ? {} : { 'Retry-After': String(error.retryAfter) };
  return Response.json(error.toBody(), { status: error.status, headers: { ...pageHeaders, ...headers } });
}
