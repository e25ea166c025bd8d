import { parseSend } from '../../../../src-shared/api/sending.ts';
import { BridgeError } from '../../../../src-shared/bridge-error.ts';
import { maxMessageBytes } from '../../../../src-shared/message.ts';
import {
  toPayload,
  type Draft,
  type DraftContext,
  type Payload,
} from '../../../../src-shared/messages/draft.ts';
import { exceedsBytes, utf8Bytes } from '../../../../src-shared/text.ts';
import { sentenceOf } from '../../../state/notices.svelte.ts';

interface Letter {
  channel: string;
  sender: string;
  draft: Draft;
  context: DraftContext;
}

/** What goes out, checked by the relay's own schema, or a sentence that says what is wrong with it. */
export function prepareSend({
  channel,
  sender,
  draft,
  context,
}: Letter): { payload: Payload } | { problem: string } {
  const payload = toPayload(draft, context);
  try {
    const { content } = parseSend({ channel, sender, ...payload });
    checkSize(content);
    return { payload };
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    return { problem: explain(error) };
  }
}

/** The largest that any relay takes; this one may allow less, and says so. */
function checkSize(content: string): void {
  if (!exceedsBytes(content, maxMessageBytes)) return;
  const kilobytes = (bytes: number) => `${Math.ceil(bytes / 1_024)} KB`;
  throw new BridgeError(
    'too_large',
    `it is ${kilobytes(utf8Bytes(content))}, the limit is ${kilobytes(maxMessageBytes)}: send it as a file or a commit`,
  );
}

/** The schema names its fields; the reader knows them by their labels. */
function explain(error: BridgeError): string {
  const { field, code, message } = error;
  if (code === 'required' && (field === 'content' || field === undefined))
    return 'There is nothing to send yet.';
  if (field === 'sender') return sentenceOf(new Error(message.replace(/^sender/, 'your name')));
  return sentenceOf(error);
}
