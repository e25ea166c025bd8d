import { describe } from '../../../../src-shared/messages/describe.ts';
import type { FeedMessage } from '../../../../src-shared/messages/feed-message.ts';
import type { Receipt } from '../state/receipts.ts';
import type { Session } from '../state/session.ts';
import type { Style } from './pieces.ts';

/** Colours say again what the word says. */
const typeColours: Record<string, Style['color']> = {
  task: 'magenta',
  question: 'magenta',
  result: 'green',
  answer: 'green',
  ack: 'cyan',
  progress: 'blue',
  err: 'red',
  error: 'red',
};

/** What stands in the column of types: what its sender calls it, else whether it is text or JSON. */
export function typeOf(message: FeedMessage): string {
  const { type } = describe(message);
  if (type !== undefined) return type.toUpperCase();
  // An envelope without a type of its own holds text, too.
  return ['legacy_text', 'structured'].includes(message.interpretation.encoding) ? 'TEXT' : 'JSON';
}

export function typeStyle(message: FeedMessage): Style {
  const type = describe(message).type?.toLowerCase();
  const color = type === undefined ? undefined : typeColours[type];
  return color === undefined ? { dim: true } : { color, bold: true };
}

export function senderLook(session: Session, sender: string, channel?: string): Style {
  return { color: session.colourOf(sender, channel), bold: true };
}

/** What a message says on one line: its words, then its fields. */
export function gist(message: FeedMessage): string {
  const { text, facts, progress, artifacts } = describe(message);
  const fields = facts.map(({ label, value }) => `${label}: ${value}`);
  const done = progress ? [`${progress.done}/${progress.total}`] : [];
  const files = artifacts.map(({ uri, name }) => name ?? uri);
  return [...done, ...(text === '' ? [] : [text]), ...fields, ...files].join(' · ');
}

/** A sign for what has become of a message, and its word. */
export function receiptLook(receipts: readonly Receipt[] | undefined): { sign: string; word: string } {
  if (!receipts) return { sign: ' ', word: '' };
  if (receipts.some(({ acked_at }) => acked_at !== null)) return { sign: '✔', word: 'acknowledged' };
  if (receipts.some(({ read_at }) => read_at !== null)) return { sign: '○', word: 'read' };
  return { sign: '·', word: 'not read' };
}
