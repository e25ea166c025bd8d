import { draftKinds, emptyDraft, isEmpty, type Draft } from '../../src-shared/messages/draft.ts';
import { readStored, tabStorage, writeStored } from './storage.ts';

const key = 'drafts';

/** What is being written on each channel. A reload of this tab keeps it; no other tab sees it. */
export class Drafts {
  readonly #drafts = new Map<string, Draft>(remembered());

  of(channel: string): Draft {
    return this.#drafts.get(channel) ?? emptyDraft();
  }

  keep(channel: string, draft: Draft): void {
    if (isEmpty(draft) && draft.recipient === '' && draft.replyTo === undefined) this.#drafts.delete(channel);
    else this.#drafts.set(channel, draft);
    writeStored(key, [...this.#drafts], tabStorage);
  }

  forget(): void {
    this.#drafts.clear();
    writeStored(key, undefined, tabStorage);
  }
}

function remembered(): [string, Draft][] {
  const stored = readStored(key, tabStorage);
  if (!Array.isArray(stored)) return [];
  return (stored as unknown[]).flatMap((entry): [string, Draft][] => {
    const [channel, draft] = Array.isArray(entry) ? (entry as unknown[]) : [];
    return typeof channel === 'string' && typeof draft === 'object' && draft !== null
      ? [[channel, restored(draft)]]
      : [];
  });
}

/** What was remembered, where it still has the form of a draft. */
function restored(given: Partial<Record<keyof Draft, unknown>>): Draft {
  const draft = emptyDraft();
  const text = (name: 'text' | 'goal' | 'why' | 'doneWhen' | 'question' | 'json' | 'recipient') =>
    typeof given[name] === 'string' ? given[name] : '';
  return {
    ...draft,
    kind: draftKinds.find((kind) => kind === given.kind) ?? draft.kind,
    text: text('text'),
    goal: text('goal'),
    why: text('why'),
    doneWhen: text('doneWhen'),
    question: text('question'),
    json: text('json'),
    recipient: text('recipient'),
    replyWithin: typeof given.replyWithin === 'number' ? given.replyWithin : 0,
    replyTo: typeof given.replyTo === 'string' ? given.replyTo : undefined,
  };
}
