import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { get as getSecurely } from 'node:https';
import { createInterface } from 'node:readline';
import { initialize } from '../mcp/raw-http.ts';
import { faultsOf } from './rules.ts';
import type { Target } from './target.ts';
import { exchange, lineTo } from './wire.ts';

/** What became of a message on its way. */
interface Sent {
  /** Whether it was taken, so that its answer comes on the line; else it was refused as such. */
  taken: boolean;
  /** What is wrong with that. */
  faults: string[];
}

/** A client's end of a transport that answers elsewhere than it was asked. */
export interface McpLine extends AsyncDisposable {
  send: (text: string) => Promise<Sent>;
  /** Each message that comes, as text. */
  onMessage: (text: string) => void;
  /** Resolves when the other end is gone. */
  gone: Promise<unknown>;
}

const limitMs = 30_000;

/** HTTP+SSE: a stream, and a request for each message. */
export async function openSse(target: Target): Promise<McpLine> {
  const { url, ca } = target;
  const authorization = `Bearer ${target.localToken}`;
  const options = { agent: false, headers: { authorization } };
  const address = `${url}/sse`;
  const outgoing = ca === undefined ? get(address, options) : getSecurely(address, { ...options, ca });
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const lines = createInterface({ input: response });
  const path = await new Promise<string>((resolve) => {
    lines.on('line', function take(line: string) {
      if (!line.startsWith('data: /messages/')) return;
      lines.off('line', take);
      resolve(line.slice('data: '.length));
    });
  });
  const line: McpLine = {
    onMessage: () => undefined,
    gone: new Promise((resolve) => response.once('close', resolve)),
    send: async (text) => {
      const body = Buffer.from(text);
      const head = [
        `POST ${path} HTTP/1.1`,
        'Host: localhost',
        `Authorization: ${authorization}`,
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
        '',
        '',
      ].join('\r\n');
      const pieces = [Buffer.from(head), body];
      const asked = { pieces, headOnly: [false], ends: false, limitMs };
      const { answers, end } = await exchange({ ...lineTo(target), ...asked });
      const [answer] = answers;
      if (!answer) return { taken: false, faults: [`the message was not answered (${end})`] };
      const secure = ca !== undefined;
      const faults = faultsOf(answer, { headOnly: false, secure, secrets: [] });
      return { taken: answer.status === 202, faults };
    },
    [Symbol.asyncDispose]: async () => {
      outgoing.destroy();
      await line.gone;
    },
  };
  outgoing.on('error', () => undefined);
  response.on('error', () => undefined);
  lines.on('error', () => undefined);
  lines.on('line', (text) => {
    if (text.startsWith('data: {')) line.onMessage(text.slice('data: '.length));
  });
  return line;
}

/** Standard input and output of a process on the same database. */
export function openStdio(program: string, { home }: Target): McpLine {
  return openProcess([program, '--stdio', '--log-level', 'error'], { HOME: home, CLAUDE_BRIDGE_HOME: home });
}

/** Standard input and output of a process that passes everything on to the relay, with the certificate to expect. */
export function openRemoteStdio(
  program: string,
  { url, localToken }: Target,
  { home, certPath }: { home: string; certPath: string },
): McpLine {
  const env = { HOME: home, CLAUDE_BRIDGE_HOME: home, CLAUDE_BRIDGE_TOKEN: localToken };
  return openProcess([program, '--stdio', '--url', url, '--ca-file', certPath], env);
}

function openProcess(args: readonly string[], env: Record<string, string>): McpLine {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const line: McpLine = {
    onMessage: () => undefined,
    gone: once(child, 'close'),
    send: async (text) => {
      if (!child.stdin.writable) return { taken: false, faults: ['the process has closed its input'] };
      if (!child.stdin.write(`${text}\n`)) await Promise.race([once(child.stdin, 'drain'), line.gone]);
      return { taken: true, faults: [] };
    },
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      await line.gone;
      process.off('exit', kill);
    },
  };
  child.stdin.on('error', () => undefined);
  createInterface({ input: child.stdout }).on('line', (text) => line.onMessage(text));
  return line;
}

/** The first message of every client. */
export const hello = (id: string) => JSON.stringify({ ...initialize, id });
