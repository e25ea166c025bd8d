import { decimal, whole } from '../figures.ts';
import { requireAnswers } from '../measure.ts';
import { callRequests, openSessions, sentAnswer } from '../mcp-requests.ts';
import { sendAnswer, sendRequests } from '../requests.ts';
import type { Bench, Table } from '../scenario.ts';
import { startRelay } from '../servers/start.ts';

/** Calls between two readings of the memory. */
const fullBlock = 20_000;
const quickBlock = 5_000;

const sessionCount = 8;

interface Growth {
  block: number;
  blocks: Block[];
}

/** Memory after each of three blocks of calls, the first of which brings it to its working size. */
interface Block {
  what: string;
  residentMb: [number, number, number];
}

/** Reads the memory of a relay after each block of sends and of calls. */
export async function measureGrowth(bench: Bench): Promise<Growth> {
  const block = bench.quick ? quickBlock : fullBlock;
  await using relay = await startRelay(bench);
  const { address } = relay;
  const sessions = await openSessions(address, sessionCount);
  const work = [
    { what: 'HTTP send', requests: sendRequests(address, sessionCount), expect: sendAnswer },
    { what: 'MCP call, stream', requests: callRequests(address, sessions, 'stream'), expect: sentAnswer },
    { what: 'MCP call, JSON', requests: callRequests(address, sessions, 'json'), expect: sentAnswer },
  ];
  const blocks: Block[] = [];
  for (const { what, requests, expect } of work) {
    const memoryAfterBlock = async () => {
      const until = { answers: block };
      requireAnswers(
        await bench.load.run({ kind: 'requests', address, requests, expect, warmupMs: 0, until }),
      );
      return relay.usage()?.residentMb ?? NaN;
    };
    blocks.push({
      what,
      residentMb: [await memoryAfterBlock(), await memoryAfterBlock(), await memoryAfterBlock()],
    });
  }
  return { block, blocks };
}

export function growthTable({ block, blocks }: Growth): Table {
  const after = (times: number) => `after ${whole(times * block)}`;
  return {
    columns: ['resident MB', after(1), after(2), after(3), 'bytes a call, last block'],
    rows: blocks.map(({ what, residentMb }) => [
      what,
      ...residentMb.map((mb) => decimal(mb, 1)),
      whole(((residentMb[2] - residentMb[1]) * 2 ** 20) / block),
    ]),
  };
}
