import { v4 as uuid } from 'uuid';
import type { Listening, SendBody, SendResponse } from '../../src-shared/api/sending.ts';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import { isJsonObject } from '../../src-shared/json-object.ts';
import { exitCode } from './exit-codes.ts';
import { CommandFailure } from './failure.ts';
import { follow } from './follow.ts';
import { printNote } from './output.ts';
import { sendBody, type SendOptions } from './send-body.ts';
import type { Talk } from './talk.ts';
import { Screen, type ScreenOptions } from './terminal/screen.ts';
import { afterSeconds } from './time-limit.ts';
import { mayBeStored } from './unanswered-send.ts';

export interface SendCommand extends SendOptions, Pick<ScreenOptions, 'utc'> {
  channel: string;
  text: string | undefined;
}

/** `claude-bridge send`: stores a message, and on request waits until it is acknowledged. */
export async function sendCommand(command: SendCommand, talk: Talk): Promise<number> {
  const screen = new Screen({ utc: command.utc });
  const body = await sendBody(command.channel, command.text, command, {
    env: process.env,
    signal: talk.signal,
  });
  const sent = await send(body, talk);
  if (screen.json) screen.record(sent);
  else screen.print(sentence(sent, screen));
  if (command.waitAck === undefined) return exitCode('fine');
  const { consumer, at } = await acknowledgement(sent, { ...command, seconds: command.waitAck }, talk);
  if (screen.json) screen.record({ id: sent.id, acked_by: consumer, acked_at: at });
  else screen.print(`acknowledged by ${screen.name(consumer)} at ${screen.time(at)}`);
  return exitCode('fine');
}

/** Sends under a key in any case, so that whoever is left without an answer can send again and the message is stored once. */
async function send(body: SendBody, { client, signal }: Talk): Promise<SendResponse> {
  const ownKey = hasKey(body) ? undefined : uuid();
  const again = `send it again with ${ownKey === undefined ? 'the same key' : `--key ${ownKey}`}, and it is stored once`;
  try {
    return await client.send(ownKey === undefined ? body : { ...body, idempotency_key: ownKey }, { signal });
  } catch (error) {
    if (signal.aborted) printNote(`broken off: the message may be stored; ${again}`);
    if (!mayBeStored(error)) throw error;
    const { code, message } = error;
    throw new BridgeError(code, `${message}; the message may be stored all the same: ${again}`, {
      cause: error,
    });
  }
}

/** Whether a key was given, by `--key` or in an envelope. */
function hasKey({ idempotency_key, message }: SendBody): boolean {
  const key = idempotency_key ?? (isJsonObject(message) ? message['dedupe_key'] : undefined);
  return typeof key === 'string';
}

function sentence(
  { id, channel, ts, deduplicated, listening, paused, warning }: SendResponse,
  screen: Screen,
): string {
  const stored = deduplicated ? 'was there already' : 'sent';
  const lines = [
    `${screen.style('green', stored)}  [${screen.name(channel)}]  ${screen.time(ts)}  ${screen.style('dim', id)}`,
    `  ${whoListens(listening, screen)}`,
  ];
  if (paused) lines.push(screen.style('yellow', '  the relay is paused and hands it out when it is resumed'));
  if (warning !== undefined) lines.push(screen.style('yellow', '  the same was sent several times in a row'));
  return lines.join('\n');
}

function whoListens({ waiting, streaming, consumers, nobody }: Listening, screen: Screen): string {
  if (nobody) return 'nobody listens at this moment; the message stays';
  const names = consumers.map(({ consumer_id }) => screen.name(consumer_id)).join(', ');
  return `${waiting} waiting, ${streaming} streaming${names === '' ? '' : `; followed by ${names}`}`;
}

/** The first acknowledgement of a message, by its recipient if it has one. */
async function acknowledgement(
  { id, seq }: SendResponse,
  { channel, to, seconds }: { channel: string; to?: string; seconds: number },
  talk: Talk,
): Promise<{ consumer: string; at: string }> {
  const timeUp = afterSeconds(seconds);
  const signal = AbortSignal.any([talk.signal, timeUp]);
  try {
    // From the message on, so that an acknowledgement that is quicker than we are is not missed.
    for await (const event of follow(
      { ...talk, signal },
      { channels: [channel], since: id, receipts: true },
    )) {
      if (event.type !== 'receipt') continue;
      const { kind, consumer_id: consumer, first_seq, last_seq, timestamp: at } = event.receipt;
      const meant = kind === 'acked' && first_seq <= seq && seq <= last_seq;
      if (meant && (to === undefined || consumer === to)) return { consumer, at };
    }
  } catch (error) {
    if (talk.signal.aborted) printNote(`nobody has acknowledged ${id} yet; it is stored`);
    talk.signal.throwIfAborted();
    if (!timeUp.aborted) throw error;
  }
  throw new CommandFailure('timeout', `nobody has acknowledged ${id} within ${seconds} s; it is stored`);
}
