import { everyChannel, type Interruption } from '../changes.ts';
import type { Pause } from '../message-store.ts';
import { nextId } from './ids.ts';
import type { Statements } from './statements.ts';
import { logEvent } from './event-writes.ts';
import { Outcome, type WriteContext } from './outcome.ts';

/** Where a pause under way is kept. */
const key = 'pause';

/** The pause under way. */
export function readPause({ state }: Statements): Pause | undefined {
  const kept = state.get(key);
  return kept === undefined ? undefined : (JSON.parse(kept) as Pause);
}

/** Begins or ends a pause, unless it is so already. */
export class SetPaused extends Outcome<boolean> {
  readonly bytes = 0;
  readonly #context: WriteContext;
  readonly #paused: boolean;

  constructor(context: WriteContext, paused: boolean) {
    super();
    this.#context = context;
    this.#paused = paused;
  }

  protected override write(): boolean {
    const { sql, clock } = this.#context;
    if ((readPause(sql) !== undefined) === this.#paused) return false;
    const type = this.#paused ? 'paused' : 'resumed';
    const event: Interruption = { id: nextId(), channel: everyChannel, type, timestamp: clock.next() };
    const noDetails = { removed: 0, consumer: null, firstSeq: null, lastSeq: null };
    const afterSeq = logEvent(this.#context, event, noDetails);
    const pause: Pause = { since: event.timestamp, afterSeq };
    if (this.#paused) sql.setState.run(key, JSON.stringify(pause));
    else sql.deleteState.run(key);
    return true;
  }
}
