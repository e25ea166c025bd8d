import type { Address } from './load/connection.ts';
import { callOf, initialize, initialized, protocolVersion } from './load/rpc.ts';
import { httpRequest, message } from './requests.ts';

/** What a client accepts as the form of an answer. */
export type Accept = 'stream' | 'json';

const acceptHeaders: Readonly<Record<Accept, string>> = {
  stream: 'application/json, text/event-stream',
  json: 'application/json',
};

/** @returns the ids of so many sessions */
export async function openSessions(address: Address, count: number): Promise<string[]> {
  const sessions: string[] = [];
  while (sessions.length < count) sessions.push(await openSession(address));
  return sessions;
}

/** Opens a session as an MCP client does. @returns its id */
export async function openSession({ host, port }: Address): Promise<string> {
  const url = `http://${host}:${port}/mcp`;
  const headers = { 'Content-Type': 'application/json', Accept: acceptHeaders.stream };
  const answer = await fetch(url, {
    method: 'POST',
    headers,
    body: JSON.stringify(initialize),
  });
  const text = await answer.text();
  const session = answer.headers.get('mcp-session-id');
  if (session === null) throw new Error(`the relay opened no session: ${text}`);
  const begun = await fetch(url, {
    method: 'POST',
    headers: { ...headers, ...sessionHeaders(session) },
    body: JSON.stringify(initialized),
  });
  await begun.arrayBuffer();
  return session;
}

function sessionHeaders(session: string): Record<string, string> {
  return { 'Mcp-Session-Id': session, 'MCP-Protocol-Version': protocolVersion };
}

/** A call of `bridge_send` for each session. Its id may repeat, because no call begins before the last has ended. */
export function callRequests(address: Address, sessions: readonly string[], accept: Accept): string[] {
  return sessions.map((session, number) =>
    httpRequest(address, {
      method: 'POST',
      path: '/mcp',
      headers: { Accept: acceptHeaders[accept], ...sessionHeaders(session) },
      body: callOf(1, message(number)),
    }),
  );
}

/** What the answer to a call contains when the message was stored. */
export const sentAnswer = '"structuredContent":{"id":"';
