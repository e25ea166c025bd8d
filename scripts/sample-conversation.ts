/**
 * What two people's worth of fictional agents said to each other, as an export that a relay takes over (wire
 * specification 3.16), with the receipts that an export does not hold. Times are given in minutes before now.
 */

interface Sample {
  id: string;
  minutesAgo: number;
  channel: string;
  sender: string;
  /** Text, or an envelope without its version. */
  content: string | Record<string, unknown>;
}

export interface SampleReceipt {
  message: string;
  consumer: string;
  kind: 'read' | 'acked';
  minutesAgo: number;
}

/** Which machine and which program each of them speaks from. */
export const sampleOrigins: Record<string, { label: string; client: { name: string; version: string } }> = {
  'windows-orchestrator': { label: 'desk-win', client: { name: 'claude-code', version: '2.1.330' } },
  'mac-worker': { label: 'macbook', client: { name: 'claude-code', version: '2.1.330' } },
  'codex-wsl': { label: 'desk-wsl', client: { name: 'codex', version: '0.169.0' } },
  'ci-vps': { label: 'vps-fra1', client: { name: 'gemini-cli', version: '0.61.0' } },
};

const worker = 'payments:worker';
const job = { correlation_id: 'job-802' };
const day = 24 * 60;

const samples: Sample[] = [
  {
    id: 'a1',
    minutesAgo: 3 * day,
    channel: 'infra:alerts',
    sender: 'ci-vps',
    content: 'Disk of build-3 is 81 % full.',
  },
  {
    id: 'a2',
    minutesAgo: 2 * day,
    channel: 'infra:deploys',
    sender: 'ci-vps',
    content: 'Ledger 4.1.7 is on staging.',
  },
  { id: 'a3', minutesAgo: 1.4 * day, channel: 'general:status', sender: 'mac-worker', content: 'Online.' },
  {
    id: 'a4',
    minutesAgo: 1.2 * day,
    channel: 'payments:review',
    sender: 'codex-wsl',
    content: { type: 'result', content: 'Half-even rounding everywhere except the tax lines.' },
  },
  {
    id: 'b1',
    minutesAgo: 1.1 * day,
    channel: worker,
    sender: 'ci-vps',
    content: { type: 'result', content: 'Nightly build of `main` is green: 1,284 tests in 6 min 12 s.' },
  },
  {
    id: 'b2',
    minutesAgo: 44,
    channel: worker,
    sender: 'windows-orchestrator',
    content: {
      type: 'question',
      correlation_id: 'q-17',
      content: 'Which rounding mode does the ledger export use? The invoice totals differ by one cent.',
    },
  },
  {
    id: 'b3',
    minutesAgo: 12,
    channel: worker,
    sender: 'windows-orchestrator',
    content: {
      type: 'task',
      ...job,
      dedupe_key: 'run-tests-802-1',
      content: {
        instruction: 'Run the payments tests and fix what fails.',
        action: 'run_tests',
        target: 'services/payments',
        args: ['-k', 'rounding', '--maxfail=5'],
        deadline: 'in 18 minutes',
      },
    },
  },
  {
    id: 'b4',
    minutesAgo: 11.9,
    channel: worker,
    sender: 'mac-worker',
    content: { type: 'text', ...job, reply_to: 'b3', content: 'On it.' },
  },
  {
    id: 'b5',
    minutesAgo: 10,
    channel: worker,
    sender: 'mac-worker',
    content: {
      type: 'progress',
      ...job,
      reply_to: 'b3',
      content: { text: '12 of 120 tests', done: 12, total: 120, eta: 'about 9 min left' },
    },
  },
  {
    id: 'b6',
    minutesAgo: 8.3,
    channel: worker,
    sender: 'mac-worker',
    content: {
      type: 'progress',
      ...job,
      reply_to: 'b3',
      content: { text: '63 of 120 tests', done: 63, total: 120, eta: 'about 3 min left' },
    },
  },
  {
    id: 'b7',
    minutesAgo: 6.2,
    channel: worker,
    sender: 'mac-worker',
    content: {
      type: 'error',
      ...job,
      reply_to: 'b3',
      content: {
        error: 'AssertionError: 10.00 != 9.99 in `test_half_even_rounding`',
        location: 'tests/test_ledger.py:88',
      },
    },
  },
  {
    id: 'b8',
    minutesAgo: 2.1,
    channel: worker,
    sender: 'mac-worker',
    content: {
      type: 'result',
      ...job,
      reply_to: 'b3',
      content: { summary: '119 passed, 1 failed. The fix is on a branch.', passed: 119, failed: 1 },
      artifacts: [{ uri: 'git:commit:3f9ac21' }],
    },
  },
  {
    id: 'c1',
    minutesAgo: 30,
    channel: 'payments:orchestrator',
    sender: 'mac-worker',
    content: 'Ready for work.',
  },
  {
    id: 'c2',
    minutesAgo: 1.8,
    channel: 'payments:orchestrator',
    sender: 'mac-worker',
    content: {
      type: 'question',
      correlation_id: 'q-18',
      recipient: 'windows-orchestrator',
      content: 'The fix touches the tax lines as well. May I push it to the release branch?',
    },
  },
  {
    id: 'd1',
    minutesAgo: 55,
    channel: 'general:sync',
    sender: 'windows-orchestrator',
    content: 'Good morning. I take the ledger export, mac-worker the tests.',
  },
  {
    id: 'd2',
    minutesAgo: 20,
    channel: 'general:sync',
    sender: 'codex-wsl',
    content: 'I review the rounding branch.',
  },
];

export const sampleReceipts: SampleReceipt[] = [
  { message: 'b1', consumer: 'windows-orchestrator', kind: 'acked', minutesAgo: 1.099 * day },
  { message: 'b1', consumer: 'mac-worker', kind: 'read', minutesAgo: 1.09 * day },
  { message: 'b2', consumer: 'mac-worker', kind: 'read', minutesAgo: 43.9 },
  { message: 'b3', consumer: 'mac-worker', kind: 'acked', minutesAgo: 11.95 },
  { message: 'b4', consumer: 'windows-orchestrator', kind: 'acked', minutesAgo: 11.8 },
  { message: 'b6', consumer: 'windows-orchestrator', kind: 'read', minutesAgo: 8.2 },
  { message: 'b7', consumer: 'windows-orchestrator', kind: 'read', minutesAgo: 6.1 },
];

/** Where each consumer stands: the last message that it has read and acknowledged. */
const positions = [
  { consumer_id: 'windows-orchestrator', channel: worker, acked_id: 'b4', read_id: 'b7', minutesAgo: 6.1 },
  { consumer_id: 'mac-worker', channel: worker, acked_id: 'b3', read_id: 'b3', minutesAgo: 1.8 },
  { consumer_id: 'codex-wsl', channel: worker, acked_id: 'b1', read_id: 'b1', minutesAgo: 47 },
];

/** The whole id of a message that is called `short` here. */
export function sampleId(short: string): string {
  return `01a20755-9a5b-732a-b899-0000000000${short}`;
}

/** The lines of an export in which it is `now`. */
export function sampleExport(now: number): string {
  const time = (minutesAgo: number) => new Date(now - minutesAgo * 60_000).toISOString().replace('Z', '000Z');
  const ordered = samples.toSorted((a, b) => b.minutesAgo - a.minutesAgo);
  const lines = [
    {
      kind: 'header',
      format: 'claude-bridge-export',
      version: 1,
      exported_at: time(0),
      channels: null,
      since: null,
    },
    ...ordered.map(({ id, minutesAgo, channel, sender, content }, index) => ({
      kind: 'message',
      seq: index + 1,
      id: sampleId(id),
      channel,
      sender,
      content: typeof content === 'string' ? content : filledIn(content, now),
      timestamp: time(minutesAgo),
      origin: sampleOrigins[sender] ?? null,
    })),
    ...positions.map(({ minutesAgo, ...position }) => ({
      kind: 'cursor',
      ...position,
      acked_id: sampleId(position.acked_id),
      read_id: sampleId(position.read_id),
      acked_at: time(minutesAgo),
      last_seen: time(minutesAgo),
    })),
    { kind: 'end', messages: ordered.length, cursors: positions.length },
  ];
  return `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`;
}

/** The deadline of the task is a time of its own, and what is answered is named by its whole id. */
function filledIn(envelope: Record<string, unknown>, now: number): string {
  return JSON.stringify({ schema_version: 1, ...envelope })
    .replace('in 18 minutes', new Date(now + 18 * 60_000).toISOString())
    .replace('"reply_to":"b3"', `"reply_to":"${sampleId('b3')}"`);
}
