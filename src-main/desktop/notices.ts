import type { DesktopSettings } from '../../src-shared/desktop-settings.ts';
import type { StuckAgent } from '../../src-shared/desktop-state.ts';
import { interpretContent } from '../../src-shared/encoding.ts';
import type { StreamMessage } from '../../src-shared/client/stream-event.ts';
import { isJsonObject } from '../../src-shared/json-object.ts';
import { shorten } from '../../src-shared/text.ts';
import { age, capitalised } from './words.ts';
import type { Destination } from '../../src-shared/ipc-channels.ts';

/** What is told to a person, and where a click on it leads. */
export interface Notice {
  title: string;
  body: string;
  /** Without one, the window as it is. */
  destination?: Destination;
}

const bodyLength = 200;

/** What a new message is worth saying, if anything, to a person of this name with these choices. */
export function noticeOfMessage(
  message: StreamMessage,
  { notifications, name }: DesktopSettings,
): Notice | undefined {
  if (notifications === 'off' || message.sender === name) return undefined;
  if (notifications === 'mentions' && !concerns(message, name)) return undefined;
  return {
    title: shorten(`${message.sender} in ${message.channel}`, 80),
    body: shorten(wordsOf(message).replace(/\s+/g, ' '), bodyLength),
    destination: { view: 'channel', channel: message.channel, message: message.id },
  };
}

/** An envelope by its type and what it says to people, anything else as it is. */
function wordsOf({ content, preview }: StreamMessage): string {
  const interpretation = interpretContent(content);
  if (interpretation.encoding !== 'structured') return preview;
  const { type, content: said } = interpretation.message;
  const text = isJsonObject(said) ? said['text'] : said;
  return `${capitalised(type)}: ${typeof text === 'string' ? text : JSON.stringify(said)}`;
}

export function noticeOfStuck({ consumer, channel, minutes }: StuckAgent): Notice {
  return {
    title: shorten(`${consumer} is stuck`, 80),
    body: shorten(`It has left messages in ${channel} unread for ${age(minutes * 60_000)}.`, bodyLength),
    destination: { view: 'channel', channel },
  };
}

/** Addressed to the person, or a question or an error that is addressed to nobody in particular. */
function concerns({ content }: StreamMessage, name: string): boolean {
  const interpretation = interpretContent(content);
  if (interpretation.encoding !== 'structured') return mentions(content, name);
  const { message } = interpretation;
  if (message.recipient !== undefined) return message.recipient === name;
  return message.type === 'question' || message.type === 'error';
}

/** `@name` as a word of its own. */
function mentions(text: string, name: string): boolean {
  const at = text.indexOf(`@${name}`);
  if (at < 0) return false;
  const isWord = (character: string | undefined) =>
    character !== undefined && /[\p{L}\p{N}_]/u.test(character);
  return !isWord(text[at - 1]) && !isWord(text[at + name.length + 1]);
}
