import { request, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Answer, Target } from './http-client.ts';
import { routeBook, type Known, type RouteEntry, type SampleRequest } from './route-book.ts';

/** The entry of a route; tests name only routes that are in the book. */
export function entryOf(route: string): RouteEntry {
  const entry = routeBook[route];
  if (!entry) throw new Error(`the route book has no ${route}`);
  return entry;
}

/** The request of a route's entry, with the method that the route has. */
export function sampleOf(route: string, known: Known): SampleRequest & { method: string } {
  const sample = entryOf(route).request(known);
  return { ...sample, method: sample.method ?? route.slice(0, route.indexOf(' ')) };
}

/** Sends the request that the book has for a route. Of an answer that never ends only the head is read. */
export async function askRoute(
  target: Target,
  route: string,
  known: Known,
  change: { headers?: OutgoingHttpHeaders; query?: string; method?: string } = {},
): Promise<Answer> {
  const { method, path, headers, body } = sampleOf(route, known);
  const addition = change.query === undefined ? '' : `${path.includes('?') ? '&' : '?'}${change.query}`;
  const outgoing = request({
    host: '127.0.0.1',
    port: target.port,
    method: change.method ?? method,
    path: path + addition,
    agent: false,
    headers: {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
      ...change.headers,
    },
  });
  outgoing.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
  const response = await new Promise<IncomingMessage>((resolve, reject) =>
    outgoing.once('response', resolve).once('error', reject),
  );
  const { statusCode: status = 0, headers: answered } = response;
  if (entryOf(route).endless && status === 200) {
    outgoing.destroy();
    return { status, headers: answered, text: '', body: undefined };
  }
  const answer = await text(response);
  return { status, headers: answered, text: answer, body: parsed(answer) };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
