import { BridgeError } from '../../../../src-shared/bridge-error.ts';
import { channelName } from '../../../../src-shared/channel.ts';
import { hasTerms, readTerms } from '../../../../src-shared/messages/search-text.ts';
import { validate } from '../../../../src-shared/validation.ts';
import { counted } from '../../numbers.ts';
import type { Parts } from './parts.ts';
import { Prompt } from './prompt.ts';

/** What is being asked of whoever sits before the screen; keys go there. */
export type Mode =
  | { kind: 'normal' }
  | { kind: 'help'; top: number }
  | { kind: 'compose' }
  | { kind: 'prompt'; prompt: Prompt }
  | { kind: 'confirm'; question: string; agreed: () => void };

/** What is asked, what is answered, and what follows from it. */
export class Dialogue {
  mode: Mode = { kind: 'normal' };

  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Where an answer or a message goes. */
  get destination(): string | undefined {
    const { composer, middle } = this.#parts;
    return composer.target?.channel ?? middle.channel;
  }

  /** Whether characters are text, and no keys. */
  get isTyping(): boolean {
    return this.mode.kind === 'compose' || this.mode.kind === 'prompt';
  }

  press(key: string): void {
    const { mode } = this;
    const { composer, work } = this.#parts;
    switch (mode.kind) {
      case 'help':
        if (['y', 'n', 'escape', '?', 'q', 'enter'].includes(key)) this.#leave();
        else mode.top = Math.max(0, mode.top + (helpSteps[key] ?? 0));
        return;
      case 'confirm':
        if (key === 'y') mode.agreed();
        if (['y', 'n', 'escape', 'q'].includes(key)) this.#leave();
        return;
      case 'prompt':
        if (key === 'escape') {
          mode.prompt.drop();
          this.#leave();
        } else if (key === 'enter') {
          // What follows from the answer may ask something itself.
          if (mode.prompt.finish() && this.mode === mode) this.#leave();
        } else mode.prompt.press(key);
        return;
      case 'compose':
        if (key === 'escape') this.#leave();
        else if (key === 'enter') work.run(this.#send());
        else composer.press(key);
    }
  }

  /** Puts text, whatever it holds, where something is typed. */
  insert(text: string): void {
    if (this.mode.kind === 'compose') this.#parts.composer.insert(text);
    else if (this.mode.kind === 'prompt') this.mode.prompt.insert(text);
  }

  showHelp(): void {
    this.mode = { kind: 'help', top: 0 };
  }

  askFilter(): void {
    const { list } = this.#parts.middle;
    if (!list) return;
    const before = list.filter;
    this.#ask(
      new Prompt({
        label: 'Filter',
        hint: 'words in message, sender or type; empty for all',
        text: before,
        changed: (text) => (list.filter = text.trim()),
        done: () => undefined,
        dropped: () => (list.filter = before),
      }),
    );
  }

  askSearch(): void {
    const { middle } = this.#parts;
    this.#ask(
      new Prompt({
        label: 'Search',
        hint: 'words, from:sender, in:channel, type:task',
        text: middle.view?.kind === 'search' ? middle.view.text : '',
        done: (text) => {
          if (!hasTerms(readTerms(text))) return 'give a word, or from:, in:, type:';
          middle.openSearch(text.trim());
          return undefined;
        },
      }),
    );
  }

  askChannel(): void {
    this.#ask(
      new Prompt({
        label: 'New channel',
        hint: 'group:name; it begins with its first message',
        done: (text) => {
          const fault = nameFault(text.trim());
          if (fault !== undefined) return fault;
          this.#parts.middle.openChannel(text.trim());
          this.compose();
          return undefined;
        },
      }),
    );
  }

  askClear(): void {
    const { channels, middle, work } = this.#parts;
    const { channel } = middle;
    if (channel === undefined) return;
    const count = channels.find(channel)?.count ?? 0;
    this.mode = {
      kind: 'confirm',
      question: `Delete ${counted(count, 'message')} of ${channel}, for everybody and for good? y/n`,
      agreed: () => work.run(this.#clear(channel)),
    };
  }

  compose(): void {
    const { composer, middle, notices } = this.#parts;
    if (middle.channel === undefined) {
      notices.say('There is no channel yet: n makes one.');
      return;
    }
    composer.answer(undefined);
    this.mode = { kind: 'compose' };
  }

  answer(): void {
    const { composer, middle } = this.#parts;
    if (!middle.selected) return;
    composer.answer(middle.selected);
    this.mode = { kind: 'compose' };
  }

  #ask(prompt: Prompt): void {
    this.mode = { kind: 'prompt', prompt };
  }

  #leave(): void {
    this.mode = { kind: 'normal' };
  }

  async #send(): Promise<void> {
    const { destination } = this;
    if (destination === undefined) return;
    const { composer, notices } = this.#parts;
    const sent = await composer.send(destination);
    if (!sent) return;
    this.#leave();
    const { waiting, streaming, consumers } = sent.listening;
    // This screen is one of those that stream.
    const others = Math.max(0, streaming - 1);
    const heard =
      waiting + others + consumers.length === 0
        ? 'nobody listens at this moment'
        : `${waiting} waiting, ${others} streaming, ${consumers.length} following`;
    const held = sent.paused ? '; the relay is paused and keeps it' : '';
    notices.say(`Sent to ${sent.channel}, ${heard}${held}.`, 'good');
  }

  async #clear(channel: string): Promise<void> {
    const { client, notices, work } = this.#parts;
    const { cleared } = await client.clear(channel, work.options);
    notices.say(`Deleted ${counted(cleared, 'message')} of ${channel}.`, 'good');
  }
}

/** Keys that move the help, where it is longer than the screen. */
const helpSteps: Record<string, number> = { up: -1, down: 1, k: -1, j: 1, pageup: -10, pagedown: 10 };

function nameFault(name: string): string | undefined {
  try {
    validate(channelName, name);
    return undefined;
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    return `the name ${error.message}`;
  }
}
