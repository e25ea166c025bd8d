import { v4 as uuid } from 'uuid';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import { retryDelay } from '../../src-shared/client/back-off.ts';
import type { ApiClient } from '../../src-shared/client/api-client.ts';
import type { StreamEvent } from '../../src-shared/client/stream-event.ts';
import type { Draft, Payload } from '../../src-shared/messages/draft.ts';
import { readStored, tabStorage, writeStored } from './storage.ts';

/** A message on its way to the relay. */
export interface Attempt {
  /** Makes the send repeatable: the relay stores one message for it, however often it is tried. */
  readonly key: string;
  readonly channel: string;
  readonly sender: string;
  readonly payload: Payload;
  /** What it was made from, to be edited again. */
  readonly draft: Draft;
  /** When it was written, in ms since the epoch. */
  readonly at: number;
  /** `waiting`: it goes out by itself. `failed`: it does not, for `problem`. `stored`: its event is on the way. */
  readonly state: 'sending' | 'waiting' | 'failed' | 'stored';
  readonly problem?: string | undefined;
  /** Its id, once it is stored. */
  readonly id?: string | undefined;
}

const key = 'outbox';

/** Refusals that pass by themselves. */
const passing = new Set<string>([
  'unreachable',
  'unexpected_answer',
  'unauthorized',
  'too_many_messages',
  'in_progress',
]);

/** Ids of own messages that are remembered. */
const mostOwn = 1_000;

/** What this page has sent and the relay has not confirmed yet. A reload of the tab keeps it. */
export class Outbox {
  attempts = $state.raw<readonly Attempt[]>(remembered());

  readonly #api: ApiClient;
  readonly #own = new Set<string>();
  readonly #tries = new Map<string, number>();
  #again: ReturnType<typeof setTimeout> | undefined;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** Whether the message `id` was sent by this page. */
  isOwn(id: string): boolean {
    return this.#own.has(id);
  }

  /** Sends what was checked. */
  async send(given: Pick<Attempt, 'channel' | 'sender' | 'payload' | 'draft'>): Promise<void> {
    const attempt: Attempt = { ...given, key: uuid(), at: Date.now(), state: 'sending' };
    this.#set([...this.attempts, attempt]);
    await this.#try(attempt);
  }

  async retry(attempt: Attempt): Promise<void> {
    await this.#try(attempt);
  }

  discard({ key: discarded }: Attempt): void {
    this.#set(this.attempts.filter((attempt) => attempt.key !== discarded));
  }

  /** Tries again what waits, one after the other, so that the order stays. */
  async flush(): Promise<void> {
    clearTimeout(this.#again);
    for (const attempt of this.attempts.filter(({ state }) => state === 'waiting')) await this.#try(attempt);
  }

  /** What has arrived is shown as a message. */
  take(events: readonly StreamEvent[]): void {
    const ids = new Set(events.flatMap((event) => (event.type === 'message' ? [event.message.id] : [])));
    if (this.attempts.some(({ id }) => id !== undefined && ids.has(id))) {
      this.#set(this.attempts.filter(({ id }) => id === undefined || !ids.has(id)));
    }
  }

  /** Ends the wait for events that will not come: everything was fetched anew. */
  settle(): void {
    this.#set(this.attempts.filter(({ state }) => state !== 'stored'));
  }

  forget(): void {
    clearTimeout(this.#again);
    this.#set([]);
  }

  async #try(attempt: Attempt): Promise<void> {
    this.#change(attempt, { state: 'sending', problem: undefined });
    const { channel, sender, payload, key: idempotency_key } = attempt;
    try {
      const { id } = await this.#api.send({ channel, sender, ...payload, idempotency_key });
      this.#own.add(id);
      if (this.#own.size > mostOwn) this.#own.delete(this.#own.values().next().value ?? '');
      this.#change(attempt, { state: 'stored', id });
      this.#tries.delete(attempt.key);
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      if (passing.has(error.code) || error.status === 503) this.#wait(attempt, error);
      else this.#change(attempt, { state: 'failed', problem: error.message });
    }
  }

  #wait(attempt: Attempt, error: BridgeError): void {
    const offline = error.code === 'unreachable' || error.code === 'unauthorized';
    this.#change(attempt, { state: 'waiting', problem: offline ? undefined : error.message });
    // Who is offline tries again as soon as the link stands.
    if (offline) return;
    const tries = (this.#tries.get(attempt.key) ?? 0) + 1;
    this.#tries.set(attempt.key, tries);
    clearTimeout(this.#again);
    this.#again = setTimeout(
      () => void this.flush(),
      Math.max(retryDelay(tries), (error.retryAfter ?? 0) * 1_000),
    );
  }

  #change({ key: changed }: Attempt, change: Partial<Attempt>): void {
    this.#set(
      this.attempts.map((attempt) => (attempt.key === changed ? { ...attempt, ...change } : attempt)),
    );
  }

  #set(attempts: readonly Attempt[]): void {
    this.attempts = attempts;
    const unsent = attempts.filter(({ state }) => state !== 'stored');
    writeStored(key, unsent.length > 0 ? unsent : undefined, tabStorage);
  }
}

/** Whether the last try arrived is not known, so all of them wait for the next. */
function remembered(): Attempt[] {
  const stored = readStored(key, tabStorage);
  if (!Array.isArray(stored)) return [];
  return (stored as Attempt[]).map((attempt) =>
    attempt.state === 'sending' ? { ...attempt, state: 'waiting' } : attempt,
  );
}
