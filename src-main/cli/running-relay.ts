import { request as overHttp, type IncomingMessage } from 'node:http';
import { request as overHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import { toError } from '../../src-shared/bridge-error.ts';
import { readRuntimeFile, type RuntimeFile } from '../settings/runtime-file.ts';
import { CommandFailure } from './failure.ts';

/** Milliseconds after which a relay on this machine will not answer any more. */
const patience = 10_000;

/** The relay that runs with this data directory. */
export async function findRunningRelay(runtimeFile: string): Promise<RuntimeFile> {
  const relay = await readRuntimeFile(runtimeFile);
  if (!relay) throw new CommandFailure('unreachable', `no relay is running here (looked for ${runtimeFile})`);
  if (!isAlive(relay.pid)) {
    throw new CommandFailure('unreachable', `the relay is no longer running (process ${relay.pid} is gone)`);
  }
  return relay;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process is alive too.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Posts to a relay on this machine with its own token and returns the parsed answer.
 * @throws CommandFailure when it cannot be reached or refuses
 */
export async function postToRelay(relay: RuntimeFile, path: string): Promise<unknown> {
  const { status, body } = await post(relay, new URL(path, relay.url)).catch((error: unknown) => {
    throw noAnswer(relay, toError(error));
  });
  if (status === 200 && body !== undefined) return body;
  throw new CommandFailure(
    outcomeOfStatus(status),
    sentenceOf(body) ?? `the relay at ${relay.url} answered with status ${status}`,
  );
}

async function post(relay: RuntimeFile, url: URL): Promise<{ status: number; body: unknown }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = {
      method: 'POST',
      headers: { authorization: `Bearer ${relay.token}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(patience),
      // Self-signed certificates are usual, and on loopback plain HTTP would be no less safe. The built-in fetch
      // cannot be told so for a single request.
      rejectUnauthorized: !isLoopback(url.hostname),
    };
    const request = url.protocol === 'https:' ? overHttps(url, options) : overHttp(url, options);
    request.on('response', resolve).on('error', reject).end('{}');
  });
  return { status: response.statusCode ?? 0, body: parsed(await text(response)) };
}

function noAnswer(relay: RuntimeFile, error: NodeJS.ErrnoException): CommandFailure {
  if (error.name === 'TimeoutError' || error.name === 'AbortError') {
    return new CommandFailure('timeout', `the relay at ${relay.url} does not answer`);
  }
  // An error of several attempts has no message of its own.
  const reason = error.message === '' ? (error.code ?? error.name) : error.message;
  return new CommandFailure('unreachable', `cannot reach the relay at ${relay.url}: ${reason}`);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

function outcomeOfStatus(status: number) {
  switch (status) {
    case 400:
      return 'configuration';
    case 401:
    case 403:
      return 'denied';
    case 404:
      return 'notFound';
    case 408:
      return 'timeout';
    case 409:
      return 'conflict';
    case 503:
      return 'unreachable';
    default:
      return 'bug';
  }
}

function sentenceOf(body: unknown): string | undefined {
  const error: unknown =
    typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined;
  return typeof error === 'string' ? error : undefined;
}
