import type { StreamEvent } from '../../src-shared/client/stream-event.ts';
import { toRecord, type MessageRecord } from '../../src-shared/message-record.ts';
import { exitCode } from './exit-codes.ts';
import { follow, outageTeller } from './follow.ts';
import { newestMessages } from './history.ts';
import { counted } from './numbers.ts';
import { printWarnings } from './output.ts';
import { heedRemarks } from './page-warning.ts';
import type { Talk } from './talk.ts';
import { printMessage } from './terminal/message.ts';
import { Screen, type ScreenOptions } from './terminal/screen.ts';

export interface TailCommand extends ScreenOptions {
  /** None for all. */
  channels: string[];
  follow?: boolean;
  since?: string;
  /** How many messages to begin with. */
  lines: number;
}

/** `claude-bridge tail`: the newest messages of channels, and on request what comes. */
export async function tailCommand(command: TailCommand, talk: Talk): Promise<number> {
  const tail = new Tail(command, talk);
  if (command.follow === true) await tail.follow();
  else await tail.history();
  return exitCode('fine');
}

class Tail {
  readonly #command: TailCommand;
  readonly #talk: Talk;
  readonly #screen: Screen;
  /** Position and id of the newest message that was printed or left out; the relay gives them in this order. */
  #lastSeq = 0;
  #lastId: string | undefined;

  constructor(command: TailCommand, talk: Talk) {
    this.#command = command;
    this.#talk = talk;
    this.#screen = new Screen(command);
  }

  /** Prints the newest messages, or all behind the one that was given. */
  async history(): Promise<void> {
    const { since, lines } = this.#command;
    const { client, signal } = this.#talk;
    if (since === undefined) return this.#catchUp(0, lines);
    const { seq } = await client.message(since, { signal });
    return this.#catchUp(seq, Infinity);
  }

  async follow(): Promise<void> {
    const { channels, since } = this.#command;
    const { server_time } = await this.#talk.client.status({ signal: this.#talk.signal });
    if (since === undefined) await this.history();
    const cursor = this.#lastId ?? since;
    const tell = outageTeller();
    // Without a message there is no cursor, and something may be sent before the stream stands.
    let caughtUp: Promise<unknown> | undefined = cursor === undefined ? undefined : Promise.resolve();
    const events = follow(this.#talk, {
      channels: channels.length === 0 ? 'all' : channels,
      since: cursor,
      onState: (state) => {
        tell(state);
        if (state.kind !== 'live') return;
        // If it fails, the connection is lost, and the next one does it again.
        caughtUp ??= this.#catchUp(0, Infinity).catch(() => (caughtUp = undefined));
      },
    });
    for await (const event of events) {
      await caughtUp;
      // Behind the newest message there may be events of long ago.
      if ('timestamp' in event && event.timestamp < server_time && since === undefined) continue;
      await this.#take(event);
    }
  }

  async #take(event: StreamEvent): Promise<void> {
    switch (event.type) {
      case 'message':
        this.#print(toRecord(event.message));
        return;
      case 'gap':
        if (this.#lastId === undefined && this.#command.since !== undefined) {
          printWarnings(['the id is not known, or no longer; this is what there is']);
        }
        return this.#catchUp(this.#lastSeq, this.#lastSeq === 0 ? this.#command.lines : Infinity);
      case 'paused':
        heedRemarks({ warning: 'paused' });
        return;
      case 'clear':
      case 'trimmed': {
        const how = event.type === 'clear' ? 'was cleared' : 'has lost its oldest';
        const what = counted(event.removed, 'message');
        this.#note(`[${this.#screen.name(event.channel)}] ${how}: ${what} less`);
      }
    }
  }

  async #catchUp(afterSeq: number, most: number): Promise<void> {
    const { channels } = this.#command;
    const { client, signal } = this.#talk;
    // One at least, to know where it goes on.
    const query = { channels, afterSeq, most: Math.max(most, 1), signal };
    const records = await newestMessages(client, query);
    const shown = most === 0 ? [] : records;
    for (const record of shown) this.#print(record);
    const last = records.at(-1);
    if (last) this.#remember(last);
  }

  #print(record: MessageRecord): void {
    if (record.seq <= this.#lastSeq) return;
    this.#remember(record);
    printMessage(record, this.#screen, { channel: this.#command.channels.length !== 1 });
  }

  #remember({ seq, id }: MessageRecord): void {
    if (seq < this.#lastSeq) return;
    this.#lastSeq = seq;
    this.#lastId = id;
  }

  #note(text: string): void {
    if (!this.#screen.json) this.#screen.print(this.#screen.style('dim', text));
  }
}
