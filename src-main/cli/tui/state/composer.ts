import { v4 as uuid } from 'uuid';
import type { ApiClient, CallOptions } from '../../../../src-shared/client/api-client.ts';
import type { SendResponse } from '../../../../src-shared/api/sending.ts';
import { BridgeError } from '../../../../src-shared/bridge-error.ts';
import {
  afterSending,
  draftKinds,
  emptyDraft,
  isPastedJson,
  newMatter,
  toPayload,
  type Draft,
} from '../../../../src-shared/messages/draft.ts';
import type { FeedMessage } from '../../../../src-shared/messages/feed-message.ts';
import { mayBeStored } from '../../unanswered-send.ts';
import { LineEditor } from './line-editor.ts';

/** Fields of a draft that hold words. `replyWithin` is a number there. */
type FieldName = Exclude<keyof Draft, 'kind' | 'replyTo'>;

export interface Field {
  name: FieldName;
  label: string;
  /** What an empty one means. */
  hint: string;
}

const recipient: Field = { name: 'recipient', label: 'To', hint: 'everyone on the channel' };

/** What is asked for each kind, the words first. */
const fieldsOf: Record<Draft['kind'], readonly Field[]> = {
  text: [{ name: 'text', label: 'Text', hint: 'what to say' }, recipient],
  task: [
    { name: 'goal', label: 'Goal', hint: 'what is to be done' },
    { name: 'why', label: 'Why', hint: 'optional' },
    { name: 'doneWhen', label: 'Done when', hint: 'optional' },
    { name: 'replyWithin', label: 'Reply in', hint: 'minutes; no limit' },
    recipient,
  ],
  question: [{ name: 'question', label: 'Question', hint: 'what you want to know' }, recipient],
  json: [
    { name: 'json', label: 'JSON', hint: 'an object, such as {"type":"event","content":{}}' },
    recipient,
  ],
};

const mostRemembered = 100;

/** What is being written, and what was sent before. */
export class Composer {
  kind: Draft['kind'] = 'text';
  /** The message that is answered. */
  target: FeedMessage | undefined;
  sending = false;
  /** Why it could not be sent. */
  problem: string | undefined;
  /** Whether the last try may be stored, though no answer says so. */
  inDoubt = false;

  readonly #client: ApiClient;
  readonly #sender: string;
  readonly #options: CallOptions;
  readonly #editors = new Map<FieldName, LineEditor>();
  readonly #sent: Draft[] = [];
  /** Which of those sent is shown; undefined for what is being written. */
  #shown: number | undefined;
  #written: Draft = emptyDraft();
  #field = 0;
  /** The last try and its key: the same draft tried again is stored once. */
  #attempt: { draft: string; key: string; matter: string } | undefined;

  constructor(client: ApiClient, sender: string, options: CallOptions) {
    this.#client = client;
    this.#sender = sender;
    this.#options = options;
  }

  get fields(): readonly Field[] {
    return fieldsOf[this.kind];
  }

  get field(): Field {
    return this.fields[this.#field] ?? recipient;
  }

  editor(name: FieldName): LineEditor {
    let editor = this.#editors.get(name);
    if (!editor) this.#editors.set(name, (editor = new LineEditor()));
    return editor;
  }

  /** Whether what was typed so far is JSON that could be sent; undefined where it need not be. */
  get isValidJson(): boolean | undefined {
    const { text } = this.editor('json');
    return this.kind !== 'json' || text.trim() === '' ? undefined : isPastedJson(text);
  }

  press(key: string): boolean {
    switch (key) {
      case 'tab':
        return this.#step(1);
      case 'shift+tab':
        return this.#step(-1);
      case 'up':
        return this.#recall(-1);
      case 'down':
        return this.#recall(1);
      case 'ctrl+t':
        this.#turn();
        return true;
      case 'ctrl+j':
      case 'alt+enter':
        this.editor(this.field.name).insert('\n');
        return true;
      default:
        return this.editor(this.field.name).press(key);
    }
  }

  insert(text: string): void {
    this.editor(this.field.name).insert(text);
  }

  answer(target: FeedMessage | undefined): void {
    this.target = target;
    this.problem = undefined;
    this.inDoubt = false;
  }

  /**
   * Sends the draft to `channel`. What was sent is put aside, what could not be sent stays with the reason.
   * @returns the relay's answer, or undefined if it was not sent
   */
  async send(channel: string): Promise<SendResponse | undefined> {
    const draft = this.#draft();
    if (this.sending) return undefined;
    this.problem = faultOf(draft);
    this.inDoubt = false;
    if (this.problem !== undefined) return undefined;
    this.sending = true;
    try {
      const { key, matter } = this.#attemptOf(channel, draft);
      const payload = toPayload(draft, { target: this.target, matter, now: Date.now() });
      const body = { channel, sender: this.#sender, ...payload, idempotency_key: key };
      const sent = await this.#client.send(body, this.#options);
      this.#attempt = undefined;
      this.#remember(draft);
      return sent;
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      this.problem = error.message;
      this.inDoubt = mayBeStored(error);
      return undefined;
    } finally {
      this.sending = false;
    }
  }

  #draft(): Draft {
    const draft = { ...emptyDraft(), kind: this.kind, replyTo: this.target?.id };
    for (const { name } of this.fields) {
      const { text } = this.editor(name);
      if (name === 'replyWithin') draft.replyWithin = text.trim() === '' ? 0 : Number(text);
      else draft[name] = name === 'recipient' ? text.trim() : text;
    }
    return draft;
  }

  #show(draft: Draft): void {
    this.kind = draft.kind;
    this.#field = 0;
    for (const { name } of fieldsOf[draft.kind]) {
      const value = draft[name];
      this.editor(name).set(typeof value === 'number' ? (value > 0 ? String(value) : '') : value);
    }
  }

  #attemptOf(channel: string, draft: Draft): { key: string; matter: string } {
    const written = JSON.stringify([channel, draft]);
    if (this.#attempt?.draft !== written) {
      this.#attempt = { draft: written, key: uuid(), matter: newMatter() };
    }
    return this.#attempt;
  }

  #remember(draft: Draft): void {
    this.#sent.push(draft);
    if (this.#sent.length > mostRemembered) this.#sent.shift();
    this.#shown = undefined;
    this.target = undefined;
    const { kind } = draft;
    for (const { name } of Object.values(fieldsOf).flat())
      if (name !== 'recipient') this.editor(name).set('');
    // What is sent as JSON is rarely sent twice; all else goes on as it was.
    this.#show({ ...afterSending(draft), kind });
  }

  #step(by: number): true {
    this.#field = (this.#field + by + this.fields.length) % this.fields.length;
    return true;
  }

  /** The next kind; what was written as words goes along. */
  #turn(): void {
    const words = this.editor(this.fields[0]?.name ?? 'text').text;
    this.kind = draftKinds[(draftKinds.indexOf(this.kind) + 1) % draftKinds.length] ?? 'text';
    this.#field = 0;
    this.problem = undefined;
    this.inDoubt = false;
    const editor = this.editor(this.field.name);
    if (editor.text === '' && this.kind !== 'json') editor.set(words);
  }

  /** Goes back and forth in what was sent. */
  #recall(by: number): boolean {
    if (this.#sent.length === 0) return true;
    if (this.#shown === undefined) this.#written = this.#draft();
    const at = (this.#shown ?? this.#sent.length) + by;
    if (at < 0) return true;
    this.#shown = at < this.#sent.length ? at : undefined;
    this.#show(this.#sent[at] ?? this.#written);
    return true;
  }
}

/** What is missing in a draft, before the relay is asked. */
function faultOf(draft: Draft): string | undefined {
  const [words] = fieldsOf[draft.kind];
  if (words && String(draft[words.name]).trim() === '') return `${words.label}: there is nothing to send`;
  if (!Number.isFinite(draft.replyWithin) || draft.replyWithin < 0)
    return 'Reply in: must be a number of minutes';
  if (draft.kind === 'json' && !isPastedJson(draft.json)) return 'JSON: this is no JSON object';
  return undefined;
}
