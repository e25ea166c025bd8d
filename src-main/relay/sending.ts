import type { Listening, SendRequest } from '../../src-shared/api/sending.ts';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { StoredMessage } from '../../src-shared/message.ts';
import { exceedsBytes } from '../../src-shared/text.ts';
import type { IdempotencyKey, MessageStore } from '../store/message-store.ts';
import type { Actor } from './actor.ts';
import type { Audit } from './audit.ts';
import type { Audience } from './audience.ts';
import { FloodGuard } from './flood-guard.ts';
import { HopGuard } from './hop-guard.ts';
import type { RelayLimits } from './limits.ts';
import { payloadDigests } from './payload-digest.ts';
import type { Pausing } from './pausing.ts';
import type { Presence } from './presence.ts';

export interface SendOutcome {
  message: StoredMessage;
  /** An earlier send with the same key has stored it; nothing new was. */
  deduplicated: boolean;
  listening: Listening;
  /** The relay is paused: the message is stored, and handed out when that is over. */
  paused: boolean;
  /** How often the same was said in a row, if that is worth a word. */
  repeats: number | undefined;
}

export interface SendingParts {
  store: MessageStore;
  audit: Audit;
  limits: () => RelayLimits;
  presence: Presence;
  audience: Audience;
  pausing: Pausing;
  /** How many wait and stream on a channel at this moment. */
  here: (channel: string) => { waiting: number; streaming: number };
  /** Told of every send that was taken. */
  onSent?: ((deduplicated: boolean) => void) | undefined;
}

/** What is known of a message by the time that it may be stored. */
interface Admission {
  /** See `SendOutcome`. */
  repeats: number | undefined;
  /** See `HopGuard`. */
  hops: number;
}

/** The one way in. What is known at once is not awaited: under load, each turn of the microtask queue shows. */
export class Sending {
  readonly #parts: SendingParts;
  readonly #guard: FloodGuard;
  readonly #hops: HopGuard;

  constructor(parts: SendingParts) {
    this.#parts = parts;
    this.#guard = new FloodGuard(parts.limits);
    this.#hops = new HopGuard(parts);
  }

  async send(request: SendRequest, actor: Actor): Promise<SendOutcome> {
    const { store, limits, presence, pausing, onSent } = this.#parts;
    const { channel, sender, content, form } = request;
    actor.access.require('send', channel);
    checkSize(content, form, limits().maxMessageBytes);
    const admission = this.#admit(request, actor);
    const { repeats, hops } = admission instanceof Promise ? await admission : admission;
    const { message, deduplicated, opensChannel } = await store.append({
      channel,
      sender,
      content,
      origin: { label: actor.principal, client: actor.client ?? null },
      idempotency: keyOf(request),
    });
    this.#hops.stored(message.id, hops);
    onSent?.(deduplicated);
    if (opensChannel) this.#recordCreation(message, actor);
    presence.saw(sender, channel, actor);
    const listening = this.#whoListens(message, actor);
    const paused = pausing.isPaused();
    return {
      ...{ message, deduplicated, repeats },
      listening: listening instanceof Promise ? await listening : listening,
      paused: paused instanceof Promise ? await paused : paused,
    };
  }

  /** Who may not read a channel is not told who does, and not that nobody does either. */
  #whoListens({ channel, sender }: StoredMessage, { access }: Actor): Listening | Promise<Listening> {
    const { audience, here } = this.#parts;
    if (!access.mayRead(channel)) return { waiting: 0, streaming: 0, consumers: [], nobody: false };
    return audience.of(channel, sender, here(channel));
  }

  #admit(request: SendRequest, actor: Actor): Admission | Promise<Admission> {
    const refused = (error: unknown): never => {
      this.#parts.audit.recordRefusal({
        event: 'flood_refused',
        channel: request.channel,
        detail: request.sender,
        ip: actor.address,
        by: actor.principal,
      });
      throw error;
    };
    try {
      const repeats = this.#guard.admit(request);
      const hops = this.#hops.admit(request.content);
      if (typeof hops === 'number') return { repeats, hops };
      return hops.then((counted) => ({ repeats, hops: counted })).catch(refused);
    } catch (error) {
      return refused(error);
    }
  }

  #recordCreation({ channel, sender }: StoredMessage, actor: Actor): void {
    this.#parts.audit.record(
      { event: 'channel_create', channel, detail: `first message by ${sender}` },
      actor,
    );
  }
}

function checkSize(content: string, form: SendRequest['form'], limit: number): void {
  if (!exceedsBytes(content, limit)) return;
  throw new BridgeError('too_large', `${form} is too large: it exceeds ${limit} bytes`, { field: form });
}

function keyOf({ key, content }: SendRequest): IdempotencyKey | undefined {
  if (key === undefined) return undefined;
  const { v2, v1 } = payloadDigests(content);
  return { key, digest: v2, alsoDigests: [v1] };
}
