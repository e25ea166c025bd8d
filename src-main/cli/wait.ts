import { setTimeout as pause } from 'node:timers/promises';
import { retryDelay } from '../../src-shared/client/back-off.ts';
import type { SubscriptionState } from '../../src-shared/client/event-subscription.ts';
import { toRecord, type MessageRecord } from '../../src-shared/message-record.ts';
import { exitCode } from './exit-codes.ts';
import { CommandFailure } from './failure.ts';
import { follow, isPassing } from './follow.ts';
import { newestMessages } from './history.ts';
import { heedRemarks } from './page-warning.ts';
import { ackLast } from './receive.ts';
import type { Talk } from './talk.ts';
import { printMessage } from './terminal/message.ts';
import { Screen, type ScreenOptions } from './terminal/screen.ts';
import { afterSeconds } from './time-limit.ts';

export interface WaitCommand extends ScreenOptions {
  channel: string;
  since?: string;
  consumer?: string;
  /** Seconds; without it there is no end. */
  timeout?: number;
  limit?: number;
  ack?: boolean;
}

/** Seconds that one request may wait (wire specification 3.9). */
const longestRequest = 55;

/** Messages that are printed at once when nothing is said. */
const usualLimit = 20;

/** `claude-bridge wait`: the next messages of a channel, as soon as there are any. */
export async function waitCommand(command: WaitCommand, talk: Talk): Promise<number> {
  const screen = new Screen(command);
  const timeUp = command.timeout === undefined ? undefined : afterSeconds(command.timeout);
  const signal = timeUp ? AbortSignal.any([talk.signal, timeUp]) : talk.signal;
  try {
    const records = await nextMessages(command, { ...talk, signal });
    for (const record of records) printMessage(record, screen, { channel: false });
    await ackLast({ messages: records }, command, talk);
    return exitCode('fine');
  } catch (error) {
    talk.signal.throwIfAborted();
    if (timeUp?.aborted !== true) throw error;
    throw new CommandFailure('timeout', `no message came within ${command.timeout ?? 0} s`);
  }
}

/** What comes behind the cursor, else behind the newest message there is. */
async function nextMessages(command: WaitCommand, talk: Talk): Promise<MessageRecord[]> {
  const { channel, since, consumer } = command;
  if (since !== undefined || consumer !== undefined) return waitBehind(command, talk);
  const newest = { channels: [channel], afterSeq: 0, most: 1, signal: talk.signal };
  const [last] = await newestMessages(talk.client, newest);
  return last ? waitBehind({ ...command, since: last.id }, talk) : firstMessages(channel, talk);
}

async function waitBehind(command: WaitCommand, talk: Talk): Promise<MessageRecord[]> {
  const { channel, since, consumer, limit } = command;
  const query = { channel, since_id: since, consumer_id: consumer, limit, timeout_seconds: longestRequest };
  let reached = false;
  for (let failures = 0; ;) {
    const began = performance.now();
    try {
      const answer = await talk.client.wait(query, { signal: talk.signal });
      reached = true;
      failures = 0;
      heedRemarks(answer);
      if (answer.messages.length > 0) return answer.messages;
    } catch (error) {
      // An address that never answered is most likely wrong.
      if (!reached || !isPassing(error, talk.target, ++failures)) throw error;
    }
    // The relay is about to stop, is paused, or is away.
    const early = performance.now() - began < (longestRequest - 1) * 1_000;
    if (early) await pause(retryDelay(Math.max(failures, 1)) / 2, undefined, { signal: talk.signal });
  }
}

/** A channel without a message has no cursor: its stream is open before anybody looks whether there is one now. */
async function firstMessages(channel: string, talk: Talk): Promise<MessageRecord[]> {
  const found = new AbortController();
  const signal = AbortSignal.any([talk.signal, found.signal]);
  let there: MessageRecord[] = [];
  const look = async () => {
    there = await newestMessages(talk.client, { channels: [channel], afterSeq: 0, most: usualLimit, signal });
    if (there.length > 0) found.abort();
  };
  const onState = ({ kind }: SubscriptionState) => {
    // If it fails, the connection is lost, and it is looked again with the next one.
    if (kind === 'live') look().catch(() => undefined);
  };
  try {
    for await (const event of follow({ ...talk, signal }, { channels: [channel], onState })) {
      if (event.type === 'message') return [toRecord(event.message)];
    }
  } catch (error) {
    if (!found.signal.aborted) throw error;
  }
  return there;
}
