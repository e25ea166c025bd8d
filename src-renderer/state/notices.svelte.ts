import { BridgeError, toError } from '../../src-shared/bridge-error.ts';
import { withoutFlags } from '../../src-shared/text.ts';
import type { IconName } from '../components/icons.ts';

/** One thing that happened because the reader did something. */
export interface Notice {
  readonly id: number;
  tone: 'done' | 'failed';
  icon: IconName;
  title: string;
  /** Why, or what is still in force. */
  detail?: string | undefined;
  action?: { label: string; run: () => void } | undefined;
}

/** Confirmations go by themselves after this time, in ms; failures stay until they are read. */
const shownMs = 4_000;

/** More than these are not seen at once; of confirmations the oldest goes. */
const most = 3;

/** The notes at the edge of the page. */
export class Notices {
  list = $state.raw<readonly Notice[]>([]);
  #last = 0;

  done(title: string, icon: IconName = 'check'): void {
    const notice = this.#add({ tone: 'done', icon, title });
    setTimeout(() => this.dismiss(notice.id), shownMs);
  }

  /** @param thrown what went wrong; the relay's own sentence is shown, as a sentence */
  failed(title: string, thrown: unknown, action?: Notice['action']): void {
    this.#add({ tone: 'failed', icon: 'error', title, detail: sentenceOf(thrown), action });
  }

  dismiss(id: number): void {
    this.list = this.list.filter((notice) => notice.id !== id);
  }

  #add(notice: Omit<Notice, 'id'>): Notice {
    const added = { ...notice, id: ++this.#last };
    const list = [...this.list, added];
    while (list.length > most) {
      const done = list.findIndex(({ tone }) => tone === 'done');
      list.splice(Math.max(done, 0), 1);
    }
    this.list = list;
    return added;
  }
}

/** What an error says, beginning with a capital letter and ending with a full stop, without advice for a command line. */
export function sentenceOf(thrown: unknown): string {
  const { message } = thrown instanceof BridgeError ? thrown : toError(thrown);
  const [first = '', ...rest] = withoutFlags(message);
  const sentence = first.toUpperCase() + rest.join('');
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}
