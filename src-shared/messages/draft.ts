import { isJsonObject } from '../json-object.ts';
import { parseJsonContent } from '../message.ts';
import { describe } from './describe.ts';
import { envelopeOf, type FeedMessage } from './feed-message.ts';

export const draftKinds = ['text', 'task', 'question', 'json'] as const;
export type DraftKind = (typeof draftKinds)[number];

/** What somebody is about to say on a channel. */
export interface Draft {
  kind: DraftKind;
  text: string;
  goal: string;
  why: string;
  doneWhen: string;
  /** Minutes until an answer is wanted; 0 for no limit. */
  replyWithin: number;
  question: string;
  json: string;
  /** Empty for everyone. */
  recipient: string;
  /** Id of the message that is answered. */
  replyTo: string | undefined;
}

export function emptyDraft(): Draft {
  return {
    kind: 'text',
    text: '',
    goal: '',
    why: '',
    doneWhen: '',
    replyWithin: 0,
    question: '',
    json: '',
    recipient: '',
    replyTo: undefined,
  };
}

/** A new name for a matter: short enough to be said, and unlikely to have been used. */
export function newMatter(): string {
  const [number = 0] = crypto.getRandomValues(new Uint32Array(1));
  return `job-${number.toString(36)}`;
}

/** Whether there is nothing in it that would be lost. */
export function isEmpty({ text, goal, why, doneWhen, question, json }: Draft): boolean {
  return [text, goal, why, doneWhen, question, json].every((words) => words.trim() === '');
}

/** What is left when a draft was sent: the kind, and for whom it was. */
export function afterSending({ kind, recipient }: Draft): Draft {
  return { ...emptyDraft(), kind: kind === 'json' ? 'text' : kind, recipient };
}

/** What goes out: text, or an envelope (wire specification 6). */
export type Payload = { content: string } | { message: Record<string, unknown> };

export interface DraftContext {
  /** The message that is answered, if it is at hand. */
  target: FeedMessage | undefined;
  /** Names the matter of a new task or question, which its answers repeat. */
  matter: string;
  /** Milliseconds since the epoch. */
  now: number;
}

/**
 * What `draft` sends. Text for everyone that answers nothing is plain text; everything else is an envelope. It is not
 * checked here.
 */
export function toPayload(draft: Draft, context: DraftContext): Payload {
  if (draft.kind === 'json') return { message: structured(draft.json, references(draft, context)) };
  const type = typeOf(draft, context.target);
  if (type === undefined) return { content: draft.text };
  return {
    message: { schema_version: 1, type, content: contentOf(draft, context), ...references(draft, context) },
  };
}

/** The type of envelope that `draft` becomes; undefined for plain text. */
export function typeOf(
  { kind, recipient, replyTo }: Draft,
  target: FeedMessage | undefined,
): string | undefined {
  if (kind === 'task' || kind === 'question') return kind;
  // What answers a question closes it; anything else that is said to somebody does not.
  if (target && describe(target).type === 'question') return 'answer';
  return recipient === '' && replyTo === undefined ? undefined : 'text';
}

/** Whether a pasted text is JSON that could go out as a structured message. */
export function isPastedJson(text: string): boolean {
  return isJsonObject(parseJsonContent(text));
}

function contentOf(draft: Draft, { now }: DraftContext): unknown {
  switch (draft.kind) {
    case 'question':
      return draft.question;
    case 'task':
      return {
        goal: draft.goal,
        ...(draft.why.trim() !== '' && { why: draft.why }),
        ...(draft.doneWhen.trim() !== '' && { done_when: draft.doneWhen }),
        ...(draft.replyWithin > 0 && {
          reply_by: new Date(now + draft.replyWithin * 60_000).toISOString(),
        }),
      };
    default:
      return draft.text;
  }
}

/** Where it belongs: to whom, in answer to what, about which matter. */
function references(
  { kind, recipient, replyTo }: Draft,
  { target, matter }: DraftContext,
): Record<string, unknown> {
  const envelope = target && envelopeOf(target);
  const correlation =
    envelope?.correlation_id ?? (kind === 'task' || kind === 'question' ? matter : undefined);
  return {
    ...(envelope?.thread_id !== undefined && { thread_id: envelope.thread_id }),
    ...(replyTo !== undefined && { reply_to: replyTo }),
    ...(correlation !== undefined && { correlation_id: correlation }),
    ...(recipient !== '' && { recipient }),
  };
}

/** An envelope is sent as it is, what has a type and a content becomes one, and anything else is data. */
function structured(json: string, references: Record<string, unknown>): Record<string, unknown> {
  const value = parseJsonContent(json);
  if (isJsonObject(value) && 'content' in value && typeof value['type'] === 'string') {
    return { schema_version: 1, ...references, ...value };
  }
  return { schema_version: 1, type: 'data', content: value ?? json, ...references };
}
