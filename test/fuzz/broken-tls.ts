import { connect as connectPlainly, type Socket } from 'node:net';
import { duplexPair } from 'node:stream';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import fc from 'fast-check';
import type { Target } from './target.ts';
import type { Line } from './wire.ts';

/** A connection to a relay that speaks TLS, of a client that does so badly. */
export interface BrokenTls {
  /** How the report calls it. */
  what: string;
  /**
   * What the relay has to do: close it, since there is nothing to wait for, with or without saying that it speaks TLS, or at least not
   * answer it.
   */
  wanted: 'closed' | 'told' | 'unanswered' | undefined;
  /** What the client does after its worst, if it is not shown out: it goes, with or without a word, or stays and is silent. */
  then: 'goes' | 'resets' | 'stays';
  open: (target: Target) => BrokenLine;
}

export interface BrokenLine extends Line {
  /** What it has to say once it may. */
  pieces: readonly Buffer[];
  /** The connection of the network, which that of TLS may lie on. */
  wire: Socket;
  /** The first byte that was written to it. */
  begins: () => number | undefined;
}

const request = Buffer.from('GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n');

const place = { host: '127.0.0.1', allowHalfOpen: true };
/** Of clients that are older than all that the relay takes. */
const anyCipher = 'ALL:@SECLEVEL=0';

/** What clients say that do not know that they should encrypt. */
const plainStarts: Record<string, Buffer> = {
  'plain HTTP': request,
  'a plain upload': Buffer.from(
    `POST /api/send HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90000\r\n\r\n${'x'.repeat(90_000)}`,
  ),
};

/** Bytes with which no handshake can go on. */
const wrongStarts: Record<string, Buffer> = {
  'a plain proxy': Buffer.from('CONNECT localhost:443 HTTP/1.1\r\n\r\n'),
  'a greeting of SSL 2': Buffer.from(
    '802e0100020015000000100100800200800300800400800500800600400700c0'.repeat(2),
    'hex',
  ),
  'a greeting of SSL 3': Buffer.from(
    '1603000029010000250300' + '00'.repeat(32) + '0000020035' + '0100',
    'hex',
  ),
  'data before any greeting': Buffer.from('17030300050102030405', 'hex'),
  'a heartbeat that asks for more than it brings': Buffer.from('1803030003014000', 'hex'),
  'a record of an unknown kind': Buffer.from('ff0303000500000000ff', 'hex'),
  'a record that is too long': Buffer.concat([Buffer.from('160301ffff', 'hex'), Buffer.alloc(70_000, 1)]),
  'an alert': Buffer.from('15030300020228', 'hex'),
  'nothing but changes of cipher': Buffer.from('140303000101'.repeat(200), 'hex'),
  'a greeting longer than any': Buffer.concat(
    Array.from({ length: 12 }, () =>
      Buffer.concat([Buffer.from('1603014000', 'hex'), Buffer.from('01ffffff', 'hex'), Buffer.alloc(16_380)]),
    ),
  ),
};

/** Clients with which the relay has nothing in common. */
const strangers: Record<string, ConnectionOptions> = {
  'TLS 1.0': { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: anyCipher },
  'TLS 1.1': { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: anyCipher },
  'ciphers without a certificate': { maxVersion: 'TLSv1.2', ciphers: 'aNULL:@SECLEVEL=0' },
  'ciphers that hide nothing': { maxVersion: 'TLSv1.2', ciphers: 'eNULL:@SECLEVEL=0' },
  'another protocol above it': { ALPNProtocols: ['h2'] },
};

/** What a client says, each in a write of its own. */
const writes = ['greeting', 'end of a handshake', 'request', 'farewell'] as const;

const then = fc.constantFrom<BrokenTls['then']>('goes', 'goes', 'resets', 'stays');
const anyVersion = fc.constantFrom<ConnectionOptions>({}, {}, { maxVersion: 'TLSv1.2' });

/** Connections that fail at everything between the first byte and the last record. */
export const brokenTls: fc.Arbitrary<BrokenTls> = fc.oneof(
  { weight: 1, arbitrary: starting(plainStarts, 'told') },
  { weight: 2, arbitrary: starting(wrongStarts, 'closed') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(...Object.keys(strangers)).map((what) => ({
      what,
      wanted: 'closed' as const,
      then: 'goes' as const,
      open: (target: Target) => speaking(target, strangers[what] ?? {}, untouched),
    })),
  },
  {
    weight: 1,
    arbitrary: fc.constant({
      what: 'new keys in the middle',
      wanted: 'unanswered' as const,
      then: 'goes' as const,
      open: renegotiating,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.uint8Array({ maxLength: 600 }), then).map(([bytes, end]) => ({
      what: 'any bytes',
      wanted: undefined,
      then: end,
      open: (target: Target) => writing(target, [Buffer.from(bytes)]),
    })),
  },
  {
    weight: 5,
    arbitrary: fc
      .tuple(anyVersion, fc.nat({ max: 3 }), fc.double({ min: 0, max: 1, noNaN: true }), then)
      .map(([options, write, share, end]) => ({
        what: `${writes[write]} that breaks off`,
        wanted: undefined,
        then: end,
        open: (target: Target) => speaking(target, options, cutAt(write, share)),
      })),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        anyVersion,
        fc.constantFrom(...writes.keys()),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 255 }),
        then,
      )
      .map(([options, write, share, mask, end]) => ({
        what: `${writes[write]} with a changed byte`,
        wanted: undefined,
        then: end,
        open: (target: Target) => speaking(target, options, changedAt(write, share, mask)),
      })),
  },
  {
    weight: 1,
    arbitrary: anyVersion.map((options) => ({
      what: 'single bytes',
      wanted: undefined,
      then: 'goes' as const,
      open: (target: Target) =>
        speaking(target, options, (bytes) => Array.from(bytes, (one) => Buffer.of(one))),
    })),
  },
);

/** What becomes of what a client writes; `write` counts from 0. */
type Tamper = (bytes: Buffer, write: number) => readonly Buffer[];

const untouched: Tamper = (bytes) => [bytes];

function cutAt(place: number, share: number): Tamper {
  return (bytes, write) => {
    if (write < place) return [bytes];
    return write === place ? [bytes.subarray(0, Math.floor(share * bytes.length))] : [];
  };
}

function changedAt(place: number, share: number, mask: number): Tamper {
  return (bytes, write) => {
    if (write !== place) return [bytes];
    const changed = Buffer.from(bytes);
    const at = Math.min(Math.floor(share * bytes.length), bytes.length - 1);
    changed[at] = (changed[at] ?? 0) ^ mask;
    return [changed];
  };
}

/** Clients that say one of these and no more. */
function starting(
  starts: Readonly<Record<string, Buffer>>,
  wanted: BrokenTls['wanted'],
): fc.Arbitrary<BrokenTls> {
  return fc.tuple(fc.constantFrom(...Object.entries(starts)), then).map(([[what, bytes], end]) => ({
    ...{ what, wanted, then: end },
    open: (target: Target) => writing(target, [bytes]),
  }));
}

/** A client that knows nothing of TLS. */
function writing({ port }: Target, pieces: readonly Buffer[]): BrokenLine {
  const wire = connectPlainly({ ...place, port });
  return { socket: wire, wire, ready: 'connect', pieces, begins: () => pieces[0]?.[0] };
}

/** A real client of TLS, of which the relay gets what `tamper` leaves. */
function speaking(
  { port, ca }: Target,
  options: ConnectionOptions,
  tamper: Tamper,
): BrokenLine & { socket: TLSSocket } {
  const wire = connectPlainly({ ...place, port });
  const [near, far] = duplexPair();
  let write = 0;
  let first: number | undefined;
  far.on('data', (bytes: Buffer) => {
    for (const piece of tamper(bytes, write++)) {
      first ??= piece[0];
      if (wire.writable) wire.write(piece);
    }
  });
  wire.on('data', (bytes: Buffer) => void far.write(bytes));
  wire.on('error', () => undefined);
  const socket = connect({ socket: near, ca, servername: 'localhost', ...options });
  wire.on('end', () => socket.destroy());
  wire.on('close', () => socket.destroy());
  return { socket, wire, ready: 'secureConnect', pieces: [request], begins: () => first };
}

/** Asks for new keys, and then for something else if it has got them. */
function renegotiating(target: Target): BrokenLine {
  const line = speaking(target, { maxVersion: 'TLSv1.2' }, untouched);
  const { socket } = line;
  socket.once('secureConnect', () => {
    socket.renegotiate({}, (refusal) => {
      if (refusal === null) socket.write(request);
    });
  });
  return { ...line, pieces: [] };
}

/** One of many who do not go on with what they have begun. */
export function crowdMember(target: Target): BrokenLine {
  return speaking(target, {}, cutAt(0, 0.5));
}
