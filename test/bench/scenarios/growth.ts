import { cpuOf, decimal, withSpread } from '../figures.ts';
import { besideNeedle, channelOf, fillHome, idOf, needle, needles } from '../data/filled-home.ts';
import { commonWord } from '../data/texts.ts';
import { type Measured, measureRequests } from '../measure.ts';
import { httpRequest, message, sendAnswer } from '../requests.ts';
import { interleave } from '../rounds.ts';
import type { Aim, Bench, Scenario, Table } from '../scenario.ts';
import type { ServerProcess } from '../servers/server-process.ts';
import { startRelay } from '../servers/start.ts';
import { untilIdle } from '../servers/until-idle.ts';
import { median, ratios } from '../statistics.ts';

const channels = 100;
const few = 1_000;
const many = 1_000_000;
const manyQuick = 50_000;

/** How much longer anything may take with many messages. */
const goalGrowth = 1.5;
const goalSearchMs = 10;

/** Consumers that follow a channel each, and are so many messages behind. */
const behind = 5;

/** How long a relay has to be idle before it is measured, in ms. */
const idleMs = 2_000;

/** A relay with its messages. */
interface Library {
  relay: ServerProcess;
  messages: number;
}

/** What is asked, by what it is called, with what the answer must contain. */
type Questions = Record<string, Question>;

interface Question {
  path: string;
  /** Of a question that is a send. */
  body?: object;
  expect: string;
  isSearch?: boolean;
  /** It is known to take longer with more messages; it must be quick all the same. */
  grows?: boolean;
}

type Compared = Awaited<ReturnType<typeof compare>>;

/** Whether reading takes longer when more lies there that is not read. */
export const growth: Scenario = {
  name: 'growth',
  run: async (bench) => {
    const count = bench.quick ? manyQuick : many;
    await using small = await startFilled(bench, few);
    await using large = await startFilled(bench, count);
    const measured: Compared[] = [];
    for (const name of Object.keys(questionsTo(small))) {
      measured.push(await compare(bench, name, { small, large }));
    }
    return {
      title: 'Growth',
      method:
        `The same questions to a relay with ${few.toLocaleString('en-US')} messages and to one with ` +
        `${count.toLocaleString('en-US')}, in ${channels} channels each, one under way at a time. Both give as many rows. ` +
        `A wait finds ${behind} messages, each channel has a consumer that is ${behind} behind, pages and searches ` +
        `give ${needles / 2} messages; the rare word is in ${needles} messages, the frequent one in all. Where both must occur, ` +
        'each message with the one is looked up among all with the other, which does take longer the more there are.',
      tables: [tableOf(measured)],
      aims: measured.flatMap(aimsOf),
      samples: Object.fromEntries(measured.map(({ name, ...rounds }) => [name, rounds])),
    };
  },
};

interface Filled extends Library, AsyncDisposable {}

async function startFilled(bench: Bench, messages: number): Promise<Filled> {
  const home = await fillHome({ ...bench, messages, channels });
  const relay = await startRelay({ ...bench, home });
  await untilIndexed(relay);
  await followAll(relay, messages);
  await untilIdle(relay, idleMs);
  return { relay, messages, [Symbol.asyncDispose]: () => relay.stop() };
}

async function untilIndexed({ address }: ServerProcess): Promise<void> {
  for (;;) {
    const answer = await fetch(`http://${address.host}:${address.port}/api/search?q=${needle}`);
    if (((await answer.json()) as { index_behind?: number }).index_behind === undefined) return;
  }
}

/** Has an agent acknowledge all but the last messages of each channel. */
async function followAll({ address }: ServerProcess, messages: number): Promise<void> {
  for (let channel = 0; channel < channels; channel++) {
    const body = {
      channel: channelOf(channel, channels),
      consumer_id: `reader ${channel}`,
      message_id: fromEnd(messages, channel, behind),
    };
    const answer = await fetch(`http://${address.host}:${address.port}/api/ack`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(await answer.text());
  }
}

/** Id of the message of a channel that so many more of them follow. */
function fromEnd(messages: number, channel: number, followers: number): string {
  return idOf(messages - channels * (followers + 1) + channel);
}

function questionsTo({ messages }: Library): Questions {
  const channel = encodeURIComponent(channelOf(7, channels));
  const since = fromEnd(messages, 7, behind);
  const limit = needles / 2;
  const expect = '"results":[{';
  const search = (query: string) => ({ path: `/api/search?limit=${limit}&${query}`, expect, isSearch: true });
  return {
    'receive, newest': { path: `/api/messages?channel=${channel}&limit=${limit}`, expect: '"seq":' },
    'receive, after a cursor': {
      path: `/api/messages?channel=${channel}&limit=${limit}&since_id=${since}`,
      expect: '"seq":',
    },
    wait: { path: `/api/wait?channel=${channel}&since_id=${since}`, expect: '"timed_out":false' },
    state: { path: '/api/state', expect: '"open_questions":' },
    agents: { path: '/api/agents', expect: '"agents":[{' },
    'search, rare word': search(`q=${needle}`),
    'search, frequent word': search(`q=${commonWord}`),
    'search, words in a row': search(`q=${encodeURIComponent(`"${needle} ${besideNeedle}"`)}`),
    'search, rare and frequent word': { ...search(`q=${commonWord}+${needle}`), grows: true },
    'search, beginning': search(`q=${encodeURIComponent(`${needle.slice(0, 4)}*`)}`),
    'search, in a channel': search(`q=${commonWord}&channel=${channel}`),
    'search, type and sender': search(`type=task&sender=${encodeURIComponent('agent 0')}`),
    'open questions': { path: `/api/messages?channel=${channel}&open=1`, expect: '"messages":[' },
    thread: { path: `/api/threads?id=${encodeURIComponent('thread 7/0')}`, expect: '"thread":' },
    // The last one, because it adds messages.
    send: { path: '/api/send', body: message(7), expect: sendAnswer },
  };
}

async function compare(
  { load, ...bench }: Bench,
  name: string,
  { small, large }: { small: Library; large: Library },
) {
  const asking = (library: Library) => {
    const { path, body, expect } = questionsTo(library)[name] ?? { path: '/', expect: '' };
    const method = body ? 'POST' : 'GET';
    const request = httpRequest(library.relay.address, { method, path, body });
    return (slice: Bench['slice']) =>
      measureRequests(load, library.relay, { requests: [request], expect, slice });
  };
  const rounds = await interleave({ small: asking(small), large: asking(large) }, bench);
  const { isSearch = false, grows = false } = questionsTo(small)[name] ?? {};
  return { name, isSearch, grows, ...rounds };
}

const p99 = (rounds: readonly Measured[]) => rounds.map((round) => round.p99);
const p50 = (rounds: readonly Measured[]) => rounds.map((round) => round.p50);

function tableOf(measured: readonly Compared[]): Table {
  return {
    columns: [
      '',
      'few: p50 ms',
      'p99 ms',
      'µs CPU',
      'many: p50 ms',
      'p99 ms',
      'µs CPU',
      'many : few, p50',
      'p99',
    ],
    rows: measured.map(({ name, small, large }) => [
      name,
      decimal(median(p50(small))),
      withSpread(p99(small), decimal),
      cpuOf(small),
      decimal(median(p50(large))),
      withSpread(p99(large), decimal),
      cpuOf(large),
      withSpread(ratios(p50(large), p50(small)), decimal),
      withSpread(ratios(p99(large), p99(small)), decimal),
    ]),
  };
}

function aimsOf({ name, isSearch, grows, small, large }: Compared): Aim[] {
  const growth: Aim = {
    what: `${name}: p99 with many messages : with few`,
    measured: median(ratios(p99(large), p99(small))),
    bound: 'at most',
    goal: goalGrowth,
    unit: '',
    kind: 'ratio',
  };
  const quick: Aim = {
    what: `${name}: p99 with many messages`,
    measured: median(p99(large)),
    bound: 'at most',
    goal: goalSearchMs,
    unit: 'ms',
    kind: 'absolute',
  };
  return [...(grows ? [] : [growth]), ...(isSearch ? [quick] : [])];
}
