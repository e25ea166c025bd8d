import fc from 'fast-check';
import { settingKeys } from '../../src-shared/settings.ts';
import { sampleOf } from '../support/ask-route.ts';
import { everyRoute, nameOf } from '../support/every-route.ts';
import { routeBook, type Known, type SampleRequest } from '../support/route-book.ts';
import { junkJsonText, junkText, mangled } from './junk.ts';

/** One request as it goes over the wire, and what can be said of its answer beforehand. */
export interface FuzzRequest {
  route: string;
  pieces: Buffer[];
  /** Of each request in the pieces, whether it asks for a head only. */
  headOnly: boolean[];
  /** The client sends its end behind the request. */
  ends: boolean;
  /** The answer may take long by right. */
  mayWait: boolean;
  /** Two readers could disagree about where it ends, so it has to be refused, and its connection closed. */
  ambiguous: boolean;
  /** Behind it comes a harmless request, which has to be answered as such, or not at all. */
  followed: boolean;
}

/** Every name that a query or body of some route may have; each is also tried where it means nothing. */
const queryNames = [
  'channel',
  'since_id',
  'before_id',
  'consumer_id',
  'limit',
  'full',
  'open',
  'timeout_seconds',
  'id',
  'q',
  'sender',
  'type',
  'event',
  'since',
  'on_error',
  'dry_run',
  'token',
  'replay',
  'all',
  'include',
  'session_id',
];
const bodyNames = [
  'channel',
  'sender',
  'content',
  'message',
  'idempotency_key',
  'consumer_id',
  'message_id',
  'metadata',
  'label',
  'rights',
  'channels',
  'expires_in_seconds',
  'token_expires_in_seconds',
  'grace_seconds',
  'code',
  '__proto__',
  'constructor',
];

type HeaderLine = string;

const headerValues: Record<string, readonly string[]> = {
  Accept: ['*/*', 'text/event-stream', 'application/json', 'text/html;q=0.9, */*;q=0', ','],
  'Accept-Encoding': ['gzip, br', 'identity;q=0'],
  'Access-Control-Request-Method': ['POST'],
  Authorization: [
    'Bearer',
    'Bearer ',
    'bearer  x',
    'Basic Og==',
    'Bearer cb_000000000000_',
    'Bearer cb_shared_',
  ],
  Connection: ['close', 'keep-alive, Upgrade', 'Host', 'x'],
  'Content-Encoding': ['gzip', 'br'],
  'Content-Type': [
    'application/json; charset=utf-16',
    'text/plain',
    'application/vnd.a+json',
    '',
    'application/json, text/html',
  ],
  Cookie: [
    'claude_bridge_session=',
    'a',
    ';;;',
    `claude_bridge_session=${'a'.repeat(43)}; claude_bridge_session=b`,
  ],
  Expect: ['100-continue', 'a-miracle'],
  Forwarded: ['for=127.0.0.1', 'for="[::1]";proto=https'],
  Host: ['rebound.example', 'localhost:99999', '[::1', 'localhost@evil.example', '127.0.0.1.', '', '0'],
  'If-Match': ['"another"', '*'],
  'If-Modified-Since': ['Thu, 01 Jan 1970 00:00:00 GMT', 'yesterday'],
  'If-None-Match': ['*', 'W/"x"'],
  'Last-Event-ID': ['', 'nope', '*'],
  'MCP-Protocol-Version': ['2025-06-18', '1999-01-01'],
  'Mcp-Session-Id': ['0'.repeat(32), '', 'x'],
  Origin: ['null', 'https://elsewhere.example', 'http://localhost', 'file://', 'a b'],
  Range: ['bytes=0-1', 'bytes=9999999-', 'bytes=-1,-2,-3', 'lines=1'],
  'Sec-Fetch-Site': ['cross-site'],
  TE: ['trailers'],
  Upgrade: ['websocket', 'h2c'],
  'X-Forwarded-For': ['127.0.0.1', '::1, 10.0.0.1', 'x'.repeat(4_000), ','],
  'X-Forwarded-Proto': ['https', 'gopher'],
  'X-HTTP-Method-Override': ['DELETE'],
};

const headerLine: fc.Arbitrary<HeaderLine> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .constantFrom(...Object.keys(headerValues))
      .chain((name) =>
        fc
          .oneof(
            { weight: 3, arbitrary: fc.constantFrom(...(headerValues[name] ?? [''])) },
            { weight: 1, arbitrary: junkText },
          )
          .map((value) => `${name}: ${value}`),
      ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'no colon',
      ': no name',
      'Bad Name: x',
      'X-A: a\r\n folded',
      'X-A: a\rX-B: b',
      'X-A: \0',
      'X-A: \x7f',
      `X-Long: ${'x'.repeat(20_000)}`,
      Array.from({ length: 300 }, (_, i) => `X-${i}: ${i}`).join('\r\n'),
      Array.from({ length: 40 }, () => 'Cookie: claude_bridge_session=x').join('\r\n'),
    ),
  },
);

/** Other spellings of a target, most of which must lead nowhere. */
const targets: ((target: string) => string)[] = [
  (target) => `http://localhost${target}`,
  (target) => `http://elsewhere.example${target}`,
  (target) => `https://user:pass@localhost${target}`,
  (target) => `/${target}`,
  (target) => `/x/..${target}`,
  (target) => `/.${target}`,
  (target) => target.replace(/(?<=.)\//, '%2f'),
  (target) => target.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
  (target) => target.replace('/', '\\'),
  (target) => target.toUpperCase(),
  (target) => target.replace(/\?|$/, '/$&'),
  (target) => target.replace(/\?|$/, '%00$&'),
  (target) => target.replace(/\?|$/, '/..;/$&'),
  (target) => `${target}#fragment`,
  (target) => `${target}${target.includes('?') ? '&' : '?'}${'a=1&'.repeat(3_000)}`,
  (target) => `${target}/${'x'.repeat(14_000)}`,
  () => '*',
  () => 'localhost:80',
  () => '',
];

const methods = [
  'HEAD',
  'OPTIONS',
  'PUT',
  'POST',
  'GET',
  'DELETE',
  'PATCH',
  'TRACE',
  'CONNECT',
  'PROPFIND',
  'get',
  'BREW',
  'A'.repeat(300),
];
const versions = ['HTTP/1.0', 'HTTP/1.2', 'HTTP/2.0', 'HTTP/9.9', 'http/1.1', ''];

/** A request inside the body of another one, which must never be taken for one of its own. */
export const smuggledChannel = 'smuggled';
const smuggledBody = JSON.stringify({ channel: smuggledChannel, sender: 'nobody', content: 'smuggled' });
const smuggled = `POST /api/send HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${smuggledBody.length}\r\n\r\n${smuggledBody}`;

/** Framings about which two readers could disagree. */
const ambiguousFramings: ((length: number) => string)[] = [
  (length) => `Content-Length: ${length}\r\nTransfer-Encoding: chunked`,
  (length) => `Transfer-Encoding: chunked\r\nContent-Length: ${length}`,
  (length) => `Content-Length: ${length}\r\nContent-Length: 0`,
  (length) => `Content-Length: 0\r\nContent-Length: ${length}`,
  (length) => `Content-Length: ${length}\r\nContent-Length: ${length}`,
  (length) => `Content-Length: ${length}, 0`,
  (length) => `Content-Length: +${length}`,
  (length) => `Content-Length: 0x${length.toString(16)}`,
  (length) => `Content-Length: ${length}.0`,
  (length) => `Content-Length: -${length}`,
  (length) => `Content-Length : ${length}`,
  (length) => `Content-Length:\r\n ${length}\r\nTransfer-Encoding: chunked`,
  () => 'Transfer-Encoding: xchunked',
  () => 'Transfer-Encoding: chunked, identity',
  () => 'Transfer-Encoding : chunked',
  () => 'Transfer-Encoding: identity\r\nTransfer-Encoding: cow',
  (length) => `Content-Length: ${length}\r\nTransfer-Encoding:\tchunked`,
  (length) => `Content-Length: ${length}\r\nTransfer-Encoding: \0chunked`,
];

type Framing = 'length' | 'chunked' | 'too short' | 'too long' | 'none' | 'bad chunks' | 'line feeds';

/** Requests to every route of the program and to what is made of them, with the credentials given as header lines. */
export function httpRequests(
  known: Known,
  credentials: readonly string[],
  further: readonly fc.Arbitrary<SampleRequest & { method: string }>[],
): fc.Arbitrary<FuzzRequest> {
  const routes = fc.oneof(
    ...everyRoute.map((route) =>
      fc.constant(sampleOf(nameOf(route), known)).map((sample) => ({ route: nameOf(route), sample })),
    ),
    ...further.map((request) => request.map((sample) => ({ route: 'MCP', sample }))),
  );
  const query = fc.array(fc.tuple(fc.constantFrom(...queryNames), junkText, fc.integer({ min: 0, max: 9 })), {
    maxLength: 3,
  });
  return routes.chain(({ route, sample }) =>
    fc
      .record({
        credential: fc.constantFrom(...credentials),
        method: seldom(sample.method, fc.constantFrom(...methods)),
        target: seldom(undefined, fc.constantFrom(...targets)),
        query: seldom([], query, 2),
        version: seldom('HTTP/1.1', fc.constantFrom(...versions), 30),
        lines: seldom([], fc.array(headerLine, { minLength: 1, maxLength: 3 }), 3),
        body: bodyOf(sample, route),
        framing: fc.oneof(
          { weight: 20, arbitrary: fc.constant<Framing>('length') },
          { weight: 4, arbitrary: fc.constant<Framing>('chunked') },
          {
            weight: 2,
            arbitrary: fc.constantFrom<Framing>('too short', 'too long', 'none', 'bad chunks', 'line feeds'),
          },
        ),
        ambiguous: seldom(undefined, fc.constantFrom(...ambiguousFramings), 12),
        cuts: seldom([], fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 }), 3),
        followed: fc.boolean(),
        ends: fc.boolean(),
      })
      .map((spec) => assemble(route, sample, spec)),
  );
}

interface Spec {
  credential: string;
  method: string;
  target: ((target: string) => string) | undefined;
  query: readonly [string, string, number][];
  version: string;
  lines: readonly HeaderLine[];
  body: Buffer | undefined;
  framing: Framing;
  ambiguous: ((length: number) => string) | undefined;
  cuts: readonly number[];
  followed: boolean;
  ends: boolean;
}

function seldom<T, U>(usual: T, other: fc.Arbitrary<U>, weight = 8): fc.Arbitrary<T | U> {
  return fc.oneof<fc.MaybeWeightedArbitrary<T | U>[]>(
    { weight, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: other },
  );
}

const rawBytes = fc.constantFrom(
  Buffer.from([0xff, 0xfe, 0x7b, 0x00]),
  Buffer.from([0xc3, 0x28, 0x22]),
  Buffer.from('7b2261223a22eda08022 7d'.replace(' ', ''), 'hex'),
  Buffer.alloc(300_000, '{'),
  Buffer.from(smuggled),
  Buffer.from([0x1f, 0x8b, 0x08, 0x00]),
);

/** The body of a sample, mostly in its form with other values in it, sometimes something else altogether. */
function bodyOf({ body }: SampleRequest, route: string): fc.Arbitrary<Buffer | undefined> {
  const anything = fc.oneof(
    { weight: 4, arbitrary: junkJsonText.map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: rawBytes },
  );
  if (body === undefined) return seldom(undefined, anything);
  const same = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  // Its messages are junk already.
  if (route === 'MCP') return seldom(same, anything, 15);
  const names = route === 'PATCH /api/settings' ? settingKeys : bodyNames;
  const inItsForm =
    typeof body === 'string'
      ? linesLike(body)
      : mangled(body as object, names).map((value) => Buffer.from(JSON.stringify(value)));
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant(same) },
    { weight: 6, arbitrary: inItsForm },
    { weight: 1, arbitrary: anything },
  );
}

/** Export lines with other values in them, and others between. */
function linesLike(text: string): fc.Arbitrary<Buffer> {
  const message = {
    kind: 'message',
    id: 'imported',
    channel: 'fuzz:imported',
    sender: 'atlas',
    timestamp: '2026-01-31T08:15:00Z',
    content: 'x',
  };
  const objects = [
    ...text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object),
    message,
  ];
  const line = fc.oneof(
    ...objects.map((object) =>
      mangled(object, ['kind', 'id', 'content', 'origin', 'acked_id', 'messages']).map((value) =>
        JSON.stringify(value),
      ),
    ),
    junkJsonText,
  );
  return fc.array(line, { maxLength: 6 }).map((lines) => Buffer.from(lines.join('\n')));
}

/** Answers to these may come late by right. */
const waits = new Set(['GET /api/wait', 'MCP']);

function assemble(route: string, sample: SampleRequest, spec: Spec): FuzzRequest {
  const { method, version, lines, ambiguous } = spec;
  const body = ambiguous ? Buffer.from(smuggled) : spec.body;
  const isPlain = ambiguous !== undefined;
  const target = isPlain ? sample.path : withQuery((spec.target ?? same)(sample.path), spec.query);
  const given = Object.entries({
    ...(sample.body === undefined && spec.body === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...sample.headers,
  }).map(([name, value]) => `${name}: ${value}`);
  const framed = ambiguous
    ? { head: [ambiguous(body?.length ?? 0)], body: Buffer.from(smuggled) }
    : frame(body, spec.framing);
  const head = [
    `${isPlain ? (sample.method ?? 'GET') : method} ${target} ${isPlain ? 'HTTP/1.1' : version}`.trimEnd(),
    'Host: localhost',
    ...(spec.credential === '' ? [] : [spec.credential]),
    ...given,
    ...(isPlain ? [] : lines),
    ...framed.head,
    '',
    '',
  ].join(spec.framing === 'line feeds' && !isPlain ? '\n' : '\r\n');
  const isRegular = !isPlain && ['length', 'chunked'].includes(spec.framing);
  const followed =
    isRegular && spec.followed && lines.length === 0 && version === 'HTTP/1.1' && spec.target === undefined;
  const after = followed ? 'GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n' : '';
  const bytes = Buffer.concat([Buffer.from(head, 'latin1'), framed.body, Buffer.from(after)]);
  return {
    route,
    pieces: cut(bytes, spec.cuts),
    headOnly: followed ? [method === 'HEAD', false] : [!isPlain && method === 'HEAD'],
    ends: isRegular ? spec.ends : !isPlain,
    mayWait: waits.has(route) || routeBook[route]?.endless === true,
    ambiguous: isPlain,
    followed,
  };
}

function same(target: string): string {
  return target;
}

function withQuery(target: string, parameters: Spec['query']): string {
  if (parameters.length === 0) return target;
  const text = parameters
    .map(([name, value, form]) => `${name}=${form === 0 ? value.replace(/\s/g, '+') : percentEncoded(value)}`)
    .join('&');
  return `${target}${target.includes('?') ? '&' : '?'}${text}`;
}

/** Also of text that has no UTF-8 form, whose surrogates become bytes of their own. */
function percentEncoded(text: string): string {
  if (text.isWellFormed()) return encodeURIComponent(text);
  return '%ed%a0%80';
}

function frame(body: Buffer | undefined, framing: Framing): { head: string[]; body: Buffer } {
  if (body === undefined) return { head: [], body: Buffer.alloc(0) };
  const length = (by: number) => `Content-Length: ${Math.max(0, body.length + by)}`;
  switch (framing) {
    case 'length':
    case 'line feeds':
      return { head: [length(0)], body };
    case 'too short':
      return { head: [length(-3)], body };
    case 'too long':
      return { head: [length(3)], body };
    case 'none':
      return { head: [], body };
    case 'chunked':
      return { head: ['Transfer-Encoding: chunked'], body: chunked(body, '0\r\nX-Trailer: 1\r\n\r\n') };
    case 'bad chunks':
      return { head: ['Transfer-Encoding: chunked'], body: chunked(body, 'fffffffff\r\nx') };
  }
}

function chunked(body: Buffer, end: string): Buffer {
  const middle = Math.ceil(body.length / 2);
  const chunk = (part: Buffer) => [
    Buffer.from(`${part.length.toString(16)};a=b\r\n`),
    part,
    Buffer.from('\r\n'),
  ];
  const parts = [body.subarray(0, middle), body.subarray(middle)].filter(({ length }) => length > 0);
  return Buffer.concat([...parts.flatMap(chunk), Buffer.from(end)]);
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const edges = [0, ...places.map((place) => Math.floor(place * bytes.length)), bytes.length].sort(
    (a, b) => a - b,
  );
  return edges
    .slice(1)
    .map((edge, index) => bytes.subarray(edges[index] ?? 0, edge))
    .filter(({ length }) => length > 0);
}
