import type { Address } from './load/connection.ts';

/** Content of the messages: with the rest of the body about 200 bytes, as agents' short messages are. */
const content = 'x'.repeat(150);

export function httpRequest(
  { host, port }: Address,
  target: { method: string; path: string; headers?: Record<string, string>; body?: unknown },
): string {
  const body = target.body === undefined ? '' : JSON.stringify(target.body);
  const headers = {
    Host: `${host}:${port}`,
    ...(body === '' ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }),
    ...target.headers,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${target.method} ${target.path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}

/** `POST /api/send` for each of so many connections: each to a channel of its own, or all to the one with this number. */
export function sendRequests(address: Address, connections: number, channel?: number): string[] {
  return Array.from({ length: connections }, (_, connection) =>
    httpRequest(address, { method: 'POST', path: '/api/send', body: message(channel ?? connection) }),
  );
}

export function message(channel: number): { channel: string; sender: string; content: string } {
  return { channel: `bench:${channel}`, sender: 'load', content };
}

/** What every answer to a send contains, and the echo's too. */
export const sendAnswer = '"channel":"bench:';
