import type { AgentBody } from '../../../src-shared/api/agents.ts';
import type { PairingBody, PairingResponse } from '../../../src-shared/api/pairings.ts';
import type { RefusalBody } from '../../../src-shared/api/refusals.ts';
import type { TokenBody, TokenResponse } from '../../../src-shared/api/tokens.ts';
import { BridgeError } from '../../../src-shared/bridge-error.ts';
import type { ApiClient } from '../../../src-shared/client/api-client.ts';
import type { StreamEvent, StreamMessage, StreamReceipt } from '../../../src-shared/client/stream-event.ts';
import type { Presence } from '../../state/presence.svelte.ts';

/** Who is expected: the machine with a token or a code that was just made, or whoever comes next. */
export type Expected =
  | { kind: 'token'; token: TokenResponse }
  | { kind: 'code'; pairing: PairingResponse }
  | { kind: 'anyone'; since: string };

/** A machine that has come, as far as the relay knows it. */
export interface Connection {
  at: string;
  label: string | undefined;
  /** What it calls itself. */
  client: string | undefined;
  address: string | undefined;
}

/** What went there and back. */
export interface RoundTrip {
  at: string;
  channel: string;
  /** From a message of the machine until it has read or acknowledged that; undefined if it was another one. */
  ms: number | undefined;
  kind: StreamReceipt['kind'];
}

export interface ArrivalParts {
  api: ApiClient;
  presence: Presence;
  /** Whether the relay tells this browser of tokens, codes and refusals. */
  mayAdminister: () => boolean;
}

/** Of what a stream has brought so much is kept. */
const mostKept = 500;

/** Watches for a machine that is being connected. Everything it says the relay has seen. */
export class Arrival {
  expected = $state.raw<Expected>({ kind: 'anyone', since: '' });
  #token = $state.raw<TokenBody>();
  #pairing = $state.raw<PairingBody>();
  /** The token or code is gone: somebody has taken it back. */
  #isGone = $state(false);
  #refusals = $state.raw<readonly RefusalBody[]>([]);
  #messages = $state.raw<readonly StreamMessage[]>([]);
  #receipts = $state.raw<readonly StreamReceipt[]>([]);
  readonly #parts: ArrivalParts;

  constructor(parts: ArrivalParts) {
    this.#parts = parts;
  }

  /** When the waiting began. */
  readonly since = $derived.by(() => {
    const { expected } = this;
    if (expected.kind === 'anyone') return expected.since;
    return expected.kind === 'token' ? expected.token.created_at : expected.pairing.created_at;
  });

  /** The code as the relay has it now. */
  readonly pairing = $derived(
    this.expected.kind === 'code' ? (this.#pairing ?? this.expected.pairing) : undefined,
  );

  readonly isGone = $derived(this.#isGone);

  /** Under which name the machine is known; undefined while that is open. */
  readonly label = $derived.by(() => {
    if (this.expected.kind === 'token') return this.expected.token.label;
    return this.pairing?.redeemed?.label;
  });

  readonly #agents = $derived.by((): readonly AgentBody[] =>
    this.#parts.presence.agents.filter(({ principal, first_seen }) =>
      this.expected.kind === 'anyone' ? first_seen > this.since : principal === this.label,
    ),
  );

  readonly connection: Connection | undefined = $derived.by(() => {
    const [agent] = this.#agents;
    const named = agent?.client ? `${agent.client.name} ${agent.client.version}`.trim() : undefined;
    if (this.expected.kind === 'anyone') {
      if (!agent) return undefined;
      const { first_seen: at, name: label, address } = agent;
      return { at, label, client: named, address: address ?? undefined };
    }
    const token = this.#token;
    if (!token?.last_used_at) return undefined;
    return {
      at: this.#firstUse ?? token.last_used_at,
      label: token.label,
      client: named ?? token.last_user_agent ?? undefined,
      address: token.last_address ?? undefined,
    };
  });

  /** The first message of the machine. */
  readonly sent = $derived(this.#messages.find((message) => this.#isTheirs(message)));

  /** The first that the machine has read, or better acknowledged. */
  readonly heard = $derived.by(() => {
    const theirs = this.#receipts.filter(({ consumer_id }) =>
      this.#agents.some(({ name }) => name === consumer_id),
    );
    return theirs.find(({ kind }) => kind === 'acked') ?? theirs[0];
  });

  readonly roundTrip: RoundTrip | undefined = $derived.by(() => {
    const { sent, heard } = this;
    if (!sent || !heard) return undefined;
    const covers =
      heard.channel === sent.channel && heard.first_seq <= sent.seq && heard.last_seq >= sent.seq;
    const ms = Date.parse(heard.timestamp) - Date.parse(sent.timestamp);
    return {
      at: heard.timestamp > sent.timestamp ? heard.timestamp : sent.timestamp,
      channel: sent.channel,
      ms: covers && ms >= 0 ? ms : undefined,
      kind: heard.kind,
    };
  });

  /** Who has come since then and was not let in, oldest first. */
  readonly refusals = $derived(this.#refusals.filter(({ at }) => at > this.since).toReversed());

  /** When the token was seen used for the first time; `last_used_at` goes on. */
  #firstUse = $state<string>();

  /** Waits for somebody else from now on. */
  expect(expected: Expected): void {
    this.expected = expected;
    this.#token = undefined;
    this.#pairing = undefined;
    this.#isGone = false;
    this.#firstUse = undefined;
    this.#messages = [];
    this.#receipts = [];
  }

  take(events: readonly StreamEvent[]): void {
    const messages = events.flatMap((event) => (event.type === 'message' ? [event.message] : []));
    const receipts = events.flatMap((event) => (event.type === 'receipt' ? [event.receipt] : []));
    if (messages.length > 0) this.#messages = [...this.#messages, ...messages].slice(-mostKept);
    if (receipts.length > 0) this.#receipts = [...this.#receipts, ...receipts].slice(-mostKept);
  }

  /** Asks the relay for what no event tells. A failure shows in the link, which fails as well. */
  async look(): Promise<void> {
    const { presence } = this.#parts;
    try {
      await Promise.all([
        presence.refresh(),
        ...(this.#parts.mayAdminister() ? [this.#lookAtRefusals(), this.#lookAtExpected()] : []),
      ]);
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
    }
  }

  async #lookAtRefusals(): Promise<void> {
    this.#refusals = (await this.#parts.api.refusals()).refusals;
  }

  async #lookAtExpected(): Promise<void> {
    const { expected } = this;
    if (expected.kind === 'anyone') return;
    let id = expected.kind === 'token' ? expected.token.id : undefined;
    if (expected.kind === 'code') {
      const { pairings } = await this.#parts.api.pairings();
      if (this.expected !== expected) return;
      const pairing = pairings.find((one) => one.id === expected.pairing.id);
      if (pairing) this.#pairing = pairing;
      else this.#isGone = true;
      id = this.#pairing?.redeemed?.token_id;
    }
    if (id === undefined) return;
    const token = (await this.#parts.api.tokens()).tokens.find((one) => one.id === id);
    if (this.expected !== expected) return;
    this.#isGone = !token;
    if (!token) return;
    this.#token = token;
    this.#firstUse ??= token.last_used_at ?? undefined;
  }

  #isTheirs({ origin, sender, timestamp }: StreamMessage): boolean {
    if (this.expected.kind !== 'anyone') return this.label !== undefined && origin?.label === this.label;
    return timestamp > this.since && this.#agents.some(({ name }) => name === sender);
  }
}
