import type { StoredMessage } from '../../../src-shared/message.ts';
import type { OpenCount } from '../../../src-main/store/message-index.ts';
import type { SearchConditions } from './support.ts';

/** What somebody sends in the model: words, and how they are wrapped. */
export interface Note {
  words: string[];
  form: 'text' | 'json' | 'structured';
  type: string;
  thread?: string | undefined;
  correlation?: string | undefined;
  replyTo?: string | undefined;
  recipient?: string | undefined;
}

export function contentOf({ words, form, type, thread, correlation, replyTo, recipient }: Note): string {
  const content = words.join(' ');
  if (form === 'text') return content;
  if (form === 'json') return JSON.stringify({ type, note: { said: content } });
  return JSON.stringify({
    schema_version: 1,
    type,
    content: { said: content },
    thread_id: thread,
    correlation_id: correlation,
    reply_to: replyTo,
    recipient,
  });
}

interface Facts {
  type: string;
  thread: string;
  open: boolean;
}

interface Record {
  message: StoredMessage;
  note: Note;
  /** The lists of words that a message consists of: a phrase must lie within one. */
  texts: string[][];
  facts: Facts | undefined;
}

/** The index as a list: what the port promises, in the most obvious way. */
export class NaiveIndex {
  #records: Record[] = [];

  get messages(): StoredMessage[] {
    return this.#records.map(({ message }) => message);
  }

  add(message: StoredMessage, note: Note): void {
    const facts = this.#factsOf(message, note);
    const own = facts?.thread === message.id;
    const texts = [note.words, [message.sender]];
    if (note.form === 'json') texts.push([note.type]);
    if (facts) texts.push([facts.type], own ? [] : facts.thread.split('-'));
    this.#settle(message, note, facts);
    this.#records.push({ message, note, texts, facts });
  }

  remove(goes: (message: StoredMessage) => boolean): void {
    this.#records = this.#records.filter(({ message }) => !goes(message));
  }

  search(phrases: { words: string[]; prefix: boolean }[], request: Omit<SearchConditions, 'query'>) {
    const { channel, sender, type, beforeSeq = Infinity } = request;
    return this.#records
      .filter(({ message, texts, facts }) => {
        if (channel !== undefined && message.channel !== channel) return false;
        if (sender !== undefined && message.sender !== sender) return false;
        if (type !== undefined && facts?.type !== type) return false;
        if (message.seq >= beforeSeq) return false;
        return phrases.every((phrase) => texts.some((text) => holds(text, phrase)));
      })
      .map(({ message }) => message)
      .reverse();
  }

  thread(id: string, channel?: string): { thread: string; messages: StoredMessage[]; open: boolean } {
    const named = this.#records.find(({ message }) => message.id === id);
    const thread = named?.facts?.thread ?? id;
    const records = this.#records
      .filter(({ message, facts }) => (facts?.thread ?? message.id) === thread)
      .filter(({ message }) => channel === undefined || message.channel === channel);
    const open = records.some(({ facts }) => facts?.open);
    return { thread, messages: records.map(({ message }) => message), open };
  }

  openQuestions(channel?: string): StoredMessage[] {
    return this.#records
      .filter(({ facts, message }) => facts?.open && (channel === undefined || message.channel === channel))
      .map(({ message }) => message);
  }

  openCounts(): Map<string, OpenCount> {
    const counts = new Map<string, OpenCount>();
    for (const { channel, timestamp } of this.openQuestions()) {
      const { count, oldestAt } = counts.get(channel) ?? { count: 0, oldestAt: timestamp };
      counts.set(channel, { count: count + 1, oldestAt });
    }
    return counts;
  }

  #factsOf({ id }: StoredMessage, note: Note): Facts | undefined {
    const { form, type, thread, correlation, replyTo } = note;
    if (form === 'text') return undefined;
    if (form === 'json') return { type, thread: id, open: false };
    const target = this.#records.find(({ message }) => message.id === replyTo);
    return {
      type,
      thread: thread ?? correlation ?? target?.facts?.thread ?? replyTo ?? id,
      open: ['task', 'question'].includes(type),
    };
  }

  #settle({ seq }: StoredMessage, { form, type, replyTo }: Note, facts: Facts | undefined): void {
    if (form !== 'structured' || !['result', 'answer', 'error'].includes(type)) return;
    for (const { message, facts: earlier } of this.#records) {
      if (!earlier || message.seq >= seq) continue;
      if (earlier.thread === facts?.thread || message.id === replyTo) earlier.open = false;
    }
  }
}

function holds(text: string[], { words, prefix }: { words: string[]; prefix: boolean }): boolean {
  const fits = (word: string | undefined, index: number) =>
    prefix && index === words.length - 1 ? word?.startsWith(words[index] ?? '') : word === words[index];
  return text.some((_, start) => words.every((_word, index) => fits(text[start + index], index)));
}
