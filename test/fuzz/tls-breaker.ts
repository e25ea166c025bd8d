import type { Socket } from 'node:net';
import { crowdMember, type BrokenTls } from './broken-tls.ts';
import { faultsOf } from './rules.ts';
import type { Tally } from './tally.ts';
import type { Target } from './target.ts';
import { exchange, lineTo, type WireAnswer } from './wire.ts';

/** Time after which a relay that does nothing counts as hanging, in ms. */
const limitMs = 30_000;
/** Time that a client stays which has not said enough for an answer, in ms. */
const patienceMs = 250;
/** A client that says no more is shown out after 30 s, whatever it has said, or at the look after that. The rest is for a machine that is busy. */
const stalledMs = 75_000;
/** Handshakes that are begun at the same time and not gone on with. */
const crowdSize = 64;

/** Record types of TLS with which an answer may begin: a handshake goes on, or an alert says why it does not. */
const tlsAnswers: readonly (number | undefined)[] = [undefined, 0x15, 0x16];
/** The first byte of an answer to somebody who begins like a request in the clear. */
const plainAnswers: readonly (number | undefined)[] = [undefined, 'HTTP'.charCodeAt(0)];

/** Breaks TLS at a relay in every way that there is, and looks what the relay does. */
export class TlsBreaker {
  readonly #target: Target;
  readonly #tally: Tally;
  /** Since when clients have said no more, on the clock that only goes on. */
  readonly #stalled = new Map<Socket, { what: string; since: number }>();

  constructor(target: Target, tally: Tally) {
    this.#target = target;
    this.#tally = tally;
  }

  async try({ what, wanted, then, open }: BrokenTls, seed: number): Promise<void> {
    this.#tally.brokeTls(what);
    const { wire, begins, ...line } = open(this.#target);
    let first: number | undefined;
    wire.once('data', (bytes: Buffer) => (first = bytes[0]));
    const { answers, end } = await exchange({
      ...line,
      headOnly: [false],
      ends: false,
      leaveAfterMs: wanted === 'closed' || wanted === 'told' ? undefined : patienceMs,
      limitMs,
      stays: true,
    });
    const isPlain = beginsRequest(begins());
    const faults = answers.flatMap((answer) =>
      faultsOf(answer, { headOnly: false, secure: !isPlain, secrets: [] }),
    );
    if (wanted === 'closed' && end !== 'closed') faults.push(`it was not refused: ${end}`);
    if (wanted === 'told') faults.push(...notTold(answers));
    else if (wanted !== undefined && answers.length > 0) faults.push('it was answered');
    if (isPlain && answers.some(({ status }) => status < 400)) faults.push('it was served in the clear');
    if (!(isPlain ? plainAnswers : tlsAnswers).includes(first))
      faults.push('it was answered by something else than what it speaks');
    if (faults.length > 0) this.#tally.fail({ seed, what, faults, shown: `then it ${then}` });
    if (end === 'left' && then === 'stays') this.#leaveAlone(wire, what);
    else if (then === 'resets') wire.resetAndDestroy();
    else wire.destroy();
  }

  /** Many who begin and do not go on keep nobody else out. */
  async crowd(seed: number): Promise<void> {
    this.#tally.brokeTls('one of many greetings that break off', crowdSize);
    const crowd = Array.from({ length: crowdSize }, () => crowdMember(this.#target));
    const asked = {
      pieces: [Buffer.from('GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n')],
      headOnly: [false],
    };
    const { answers, end } = await exchange({ ...lineTo(this.#target), ...asked, ends: false, limitMs });
    if (answers[0]?.status !== 200)
      this.#tally.fail({ seed, what: 'beside many greetings', faults: ['it was not answered'], shown: end });
    for (const { wire } of crowd) wire.destroy();
  }

  /** Of those who have said no more for longer than any client may, what they had said. */
  overdue(): string[] {
    const now = performance.now();
    const late = [...this.#stalled].filter(([, { since }]) => now - since > stalledMs);
    for (const [wire] of late) wire.destroy();
    return late.map(([, { what }]) => what);
  }

  leave(): void {
    for (const wire of this.#stalled.keys()) wire.destroy();
  }

  #leaveAlone(wire: Socket, what: string): void {
    this.#stalled.set(wire, { what, since: performance.now() });
    wire.once('end', () => wire.destroy()).once('close', () => this.#stalled.delete(wire));
  }
}

/** Methods begin with a capital letter, and no record of TLS does. */
function beginsRequest(byte: number | undefined): boolean {
  return byte !== undefined && /^[A-Z]$/.test(String.fromCharCode(byte));
}

function notTold(answers: readonly WireAnswer[]): string[] {
  const [answer, ...others] = answers;
  if (answer?.body.includes('"tls_required"') !== true) return ['it was not told to encrypt'];
  return others.length > 0 ? ['it was answered more than once'] : [];
}
