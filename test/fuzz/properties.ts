import { createParser } from 'eventsource-parser';
import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { BridgeError, errorStatus } from '../../src-shared/bridge-error.ts';
import { canonicalJson } from '../../src-shared/canonical-json.ts';
import { nameFault, splitChannel } from '../../src-shared/channel.ts';
import { durationInWords, readDuration } from '../../src-shared/duration.ts';
import { parseExportLine } from '../../src-shared/export-line.ts';
import {
  pairingAlphabet,
  pairingCodeLength,
  readPairingCode,
  showPairingCode,
} from '../../src-shared/pairing-code.ts';
import { parseSend } from '../../src-shared/api/sending.ts';
import { checkSetting } from '../../src-shared/settings/check.ts';
import { definitionOf, settingKeys } from '../../src-shared/settings.ts';
import { codePoints, exceedsBytes, shorten, utf8Bytes } from '../../src-shared/text.ts';
import { contentOf, encodeChunk, frame } from '../../src-main/http/event-frames.ts';
import { LineReader } from '../../src-main/mcp/line-reader.ts';
import { payloadDigests } from '../../src-main/relay/payload-digest.ts';
import { readSessionCookie, sessionCookie } from '../../src-main/security/cookies.ts';
import { clientAddress, parseTrustedProxies, requestScheme } from '../../src-main/security/forwarded.ts';
import { parseHost } from '../../src-main/security/host-name.ts';
import { OriginPolicy } from '../../src-main/security/origin-policy.ts';
import { readText } from '../../src-main/settings/written-text.ts';
import { junkJsonText, junkText, junkValue, mangled } from './junk.ts';
import { parsers } from './parsers.ts';

/** Something that holds for every input. */
export interface Property {
  name: string;
  /** Throws where it does not hold. */
  check: (runs: { seed: number; numRuns: number }) => void;
}

function holds<T extends [unknown, ...unknown[]]>(
  name: string,
  inputs: { [K in keyof T]: fc.Arbitrary<T[K]> },
  isSo: (...input: T) => boolean,
): Property {
  return {
    name,
    check: (runs) =>
      fc.assert(
        fc.property(fc.tuple<T>(...inputs), (input) => isSo(...input)),
        runs,
      ),
  };
}

/** Whether `run` answers, or refuses with an error that people and programs understand. */
function answersOrRefuses(run: () => unknown): boolean {
  try {
    run();
    return true;
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    return Object.hasOwn(errorStatus, error.code) && error.code !== 'internal_error' && error.message !== '';
  }
}

const json = fc.jsonValue({ maxDepth: 4 });
const wellFormed = fc.string({ unit: 'binary', maxLength: 60 }).filter((text) => text.isWellFormed());
const address = fc.oneof(fc.ipV4(), fc.ipV6());

export const properties: readonly Property[] = [
  ...Object.entries(parsers).map(([name, parse]) =>
    holds(`${name}: any text is read, or refused with a code`, [fc.oneof(junkText, junkJsonText)], (text) =>
      answersOrRefuses(() => parse(text)),
    ),
  ),
  holds(
    'a send: any value of any field is taken, or refused with a code',
    [mangled({ channel: 'a', sender: 'b', content: 'c' }, ['message', 'idempotency_key', '__proto__'])],
    (body) => answersOrRefuses(() => parseSend(body)),
  ),
  holds(
    'an envelope: any value of any field is taken, or refused with a code',
    [
      mangled({ schema_version: 1, type: 'task', content: 'c' }, [
        'sender',
        'recipient',
        'correlation_id',
        'reply_to',
        'thread_id',
        'dedupe_key',
        'expires_at',
        'artifacts',
        'metadata',
        'priority',
        '__proto__',
      ]),
    ],
    (message) => answersOrRefuses(() => parseSend({ channel: 'a', sender: 'b', message })),
  ),
  holds(
    'a stored envelope is read back as it was stored',
    [mangled({ schema_version: 1, type: 'task', content: 'c' }, ['metadata', 'artifacts', 'thread_id'])],
    (message) => {
      let stored: string;
      try {
        stored = parseSend({ channel: 'a', sender: 'b', message }).content;
      } catch {
        return true;
      }
      return (
        parseSend({ channel: 'a', sender: 'b', message: JSON.parse(stored) as unknown }).content === stored
      );
    },
  ),
  holds('canonical JSON: the same value, and the same text again', [json], (value) => {
    const text = canonicalJson(value);
    const again: unknown = JSON.parse(text);
    return isDeepStrictEqual(again, JSON.parse(JSON.stringify(value))) && canonicalJson(again) === text;
  }),
  holds(
    'canonical JSON and its digest: the order of keys does not count',
    [fc.dictionary(fc.string(), json)],
    (object) => {
      const turned = Object.fromEntries(Object.entries(object).reverse());
      const [one, other] = [canonicalJson(object), canonicalJson(turned)];
      return one === other && payloadDigests(one).v2 === payloadDigests(other).v2;
    },
  ),
  holds('digests: another content has another one', [wellFormed, wellFormed], (one, other) => {
    return one === other || payloadDigests(one).v2 !== payloadDigests(other).v2;
  }),
  holds(
    'names: what has no fault keeps to the rules',
    [fc.oneof(junkText, wellFormed), fc.integer({ min: 1, max: 300 })],
    (name, limit) => {
      if (nameFault(name, limit)) return true;
      const length = Array.from(name).length;
      return (
        name !== '' &&
        length <= limit &&
        length === codePoints(name) &&
        name.isWellFormed() &&
        !/\p{Cc}|^\s|\s$/u.test(name.replaceAll('\ufeff', 'x'))
      );
    },
  ),
  holds('channels: group and name are the whole again', [wellFormed], (id) => {
    const { group, name } = splitChannel(id);
    return group === '' ? id === name || id === `:${name}` : id === `${group}:${name}`;
  }),
  holds(
    'texts: what is shortened is a beginning, of the length that was asked for',
    [wellFormed, fc.nat(40)],
    (text, limit) => {
      const short = shorten(text, limit);
      if (short === text) return codePoints(text) <= limit || text.length <= limit;
      const kept = short.slice(0, -1);
      return (
        short.endsWith('…') && text.startsWith(kept) && codePoints(kept) === limit && kept.isWellFormed()
      );
    },
  ),
  holds('sizes: a text exceeds what it does exceed', [wellFormed, fc.nat(200)], (text, limit) => {
    return (
      exceedsBytes(text, limit) === utf8Bytes(text) > limit && utf8Bytes(text) === Buffer.byteLength(text)
    );
  }),
  holds(
    'durations: what is read is a whole number of seconds that can be said',
    [fc.nat(999_999), fc.constantFrom('s', 'm', 'h', 'd', 'w', 'S', ' W ')],
    (count, unit) => {
      const seconds = readDuration(`${count}${unit}`);
      if (seconds === undefined || !Number.isSafeInteger(seconds)) return false;
      const [said = '', word = ''] = durationInWords(seconds).split(' ');
      const [letter = ''] = word;
      return readDuration(`${said}${letter}`) === seconds;
    },
  ),
  holds(
    'cookies: a session is found between others, and not beside a second one',
    [fc.stringMatching(/^[\w-]{43}$/), junkText],
    (value, other) => {
      const [mine = ''] = sessionCookie({ value, maxAgeSeconds: 5 }, { secure: true }).split(';');
      const beside = other.replaceAll(';', '').replaceAll('claude_bridge_session', '');
      return (
        readSessionCookie(`${beside}; ${mine}`) === value &&
        readSessionCookie(`${mine}; ${mine}`) === undefined
      );
    },
  ),
  holds(
    'the Host header: what is named is named by that name, too',
    [fc.oneof(junkText, fc.domain(), address, fc.webAuthority())],
    (header) => {
      const host = parseHost(header);
      return host === undefined || parseHost(host) === host;
    },
  ),
  holds(
    'the Origin header: of other pages none may write, however they spell us',
    [
      fc.oneof(
        junkText,
        fc.webUrl(),
        fc.webAuthority({ withPort: true }).map((host) => `http://${host}`),
      ),
    ],
    (origin) => {
      const policy = new OriginPolicy(['https://dash.example']);
      try {
        policy.require({ method: 'POST', origin, host: 'localhost:8765', scheme: 'http' });
      } catch (error) {
        return error instanceof BridgeError && error.code === 'origin_not_allowed';
      }
      return ['http://localhost:8765', 'https://dash.example'].includes(new URL(origin).origin);
    },
  ),
  holds(
    'forwarded addresses: who is not trusted is the client, whatever it says',
    [address, junkText, fc.constantFrom('http', 'https')],
    (peerAddress, said, proto) => {
      const trustedProxies = parseTrustedProxies(['192.0.2.1']);
      if (trustedProxies.has(peerAddress)) return true;
      const plain = { peerAddress, headers: {}, trustedProxies };
      const claiming = { ...plain, headers: { 'x-forwarded-for': said, 'x-forwarded-proto': proto } };
      return (
        clientAddress(claiming) === clientAddress(plain) &&
        requestScheme({ ...claiming, encrypted: false }) === 'http'
      );
    },
  ),
  holds(
    'forwarded addresses: of what a proxy says, the last address that is no proxy counts',
    [fc.array(address, { minLength: 1, maxLength: 4 })],
    (hops) => {
      const trustedProxies = parseTrustedProxies(['192.0.2.1', '10.0.0.0/8']);
      const own = (peerAddress: string) => clientAddress({ peerAddress, headers: {}, trustedProxies });
      const client = clientAddress({
        peerAddress: '192.0.2.1',
        headers: { 'x-forwarded-for': hops.join(', ') },
        trustedProxies,
      });
      const outside = hops.findLast((hop) => !trustedProxies.has(hop));
      return outside === undefined ? trustedProxies.has(client) : client === own(outside);
    },
  ),
  holds(
    'export lines: a message is read as it was written',
    [fc.record({ id: wellFormed, channel: wellFormed, sender: wellFormed, content: wellFormed })],
    (fields) => {
      const line = { kind: 'message', timestamp: '2026-01-31T08:15:00.250000Z', ...fields };
      try {
        return isDeepStrictEqual({ ...parseExportLine(JSON.stringify(line)) }, line);
      } catch {
        return ['id', 'channel', 'sender'].some((key) => fields[key as 'id'] === '');
      }
    },
  ),
  holds(
    'settings: what is taken is taken again, as it is',
    [fc.constantFrom(...settingKeys), fc.oneof(junkValue, junkText)],
    (key, value) => {
      return [value, typeof value === 'string' ? readText(definitionOf(key), value) : value].every((one) => {
        const check = checkSetting(key, one);
        if (!check.ok) return check.rule.startsWith('must be ');
        const again = checkSetting(key, check.value);
        return again.ok && isDeepStrictEqual(again.value, check.value);
      });
    },
  ),
  holds(
    'pairing codes: are read however people write them',
    [
      fc.array(fc.constantFrom(...pairingAlphabet.split('')), {
        minLength: pairingCodeLength,
        maxLength: pairingCodeLength,
      }),
      fc.boolean(),
      fc.constantFrom('', ' ', ' - '),
    ],
    (letters, lower, between) => {
      const code = letters.join('');
      const shown = showPairingCode(code).replace('-', between || '-');
      return readPairingCode(lower ? shown.toLowerCase() : shown) === code;
    },
  ),
  holds(
    'stream frames: are ASCII, and say what they were given',
    [fc.dictionary(fc.string({ unit: 'binary' }), json), wellFormed],
    (data, id) => {
      const text = frame('message', data, undefined);
      const [event, ...further] = framesIn(text);
      const said = event && (JSON.parse(event.data) as unknown);
      return (
        further.length === 0 &&
        /^[\r\n\x20-\x7e]*$/.test(text) &&
        isDeepStrictEqual(said, JSON.parse(JSON.stringify(data))) &&
        framesIn(frame('x', {}, id)).length === 1
      );
    },
  ),
  holds(
    'stream frames: no message can end one, or begin another',
    [
      fc.array(fc.record({ content: junkText, sender: junkText, channel: junkText }), {
        minLength: 1,
        maxLength: 5,
      }),
    ],
    (messages) => {
      const changes = messages.map((message, index) => ({
        kind: 'message' as const,
        position: { seq: index + 1, event: 0 },
        message: {
          seq: index + 1,
          id: `id-${index}`,
          timestamp: '2026-01-31T08:15:00.250000Z',
          origin: null,
          ...message,
        },
      }));
      const frames = framesIn(contentOf(encodeChunk(changes)).toString('latin1'));
      const said = frames.map(({ data }) => (JSON.parse(data) as { content: string }).content);
      return (
        isDeepStrictEqual(
          said,
          messages.map(({ content }) => content),
        ) && frames.every(({ id }, index) => id === `id-${index}`)
      );
    },
  ),
  holds(
    'lines of bytes: it does not matter where they were cut',
    [fc.array(wellFormed, { maxLength: 5 }), fc.array(fc.nat(200), { maxLength: 5 })],
    (texts, places) => {
      const lines = texts.map((text) => text.replaceAll('\n', ' ')).filter((text) => text.trim() !== '');
      const bytes = Buffer.from(lines.join('\n'));
      const found: string[] = [];
      const reader = new LineReader(10_000, { line: (text) => found.push(text), tooLong: () => undefined });
      const edges = [...places, bytes.length].sort((a, b) => a - b);
      edges.reduce((from, to) => (reader.push(bytes.subarray(from, to)), to), 0);
      reader.end();
      return isDeepStrictEqual(found, lines);
    },
  ),
];

function framesIn(text: string): { id: string | undefined; data: string }[] {
  const frames: { id: string | undefined; data: string }[] = [];
  const parser = createParser({ onEvent: ({ id, data }) => frames.push({ id, data }) });
  parser.feed(text);
  return frames;
}
