import { describe, expect, test } from 'vitest';
import { errorStatus } from '../../src-shared/bridge-error.ts';
import { connect, connectHttp, type Agent, type ToolOutcome } from '../mcp/sdk-client.ts';
import { overStdio } from '../support/over-stdio.ts';
import { startRelay } from '../support/program.ts';
import { examplesIn, namesIn, Reader, readGuide, rowsIn, type Row } from './guide-reader.ts';

/**
 * The guide that people drop into their projects, tried by doing what it says: an orchestrator and a worker make the
 * very calls that it quotes, and what it promises is what they get.
 */

const guide = readGuide('CLAUDE.md');
const examples = examplesIn(guide);
const rows = rowsIn(guide);
const orchestratorRow = rowOf('orchestrator');
const workerRow = rowOf('worker');

/** Examples that the journey has used, and all that the bridge has answered. */
const used = new Set<string>();
const answers: ToolOutcome[] = [];

describe('the guide', () => {
  test('says the same to every client, but for its title', () => {
    const [title, ...rest] = readGuide('AGENTS.md').split('\n');
    expect(title).toMatch(/^# /);
    expect(rest).toEqual(guide.split('\n').slice(1));
  });

  test('takes at most half of what Codex reads of such files together, which is 32 KiB', () => {
    expect(Buffer.byteLength(guide)).toBeLessThan(16 * 1024);
  });

  test('leads an orchestrator and a worker from a task to its result', { timeout: 60_000 }, async () => {
    const stage = await openStage();
    await expectKnownArguments(stage.user);

    await doTask(stage);
    await repeatAndReword(stage);
    await loseHistory(stage);
    await meetStrangers(stage);

    expect([...examples.keys()].filter((example) => !used.has(example))).toEqual([]);
    await expectKnownNames(stage.user);
  });
});

interface Stage {
  orchestrator: Reader;
  worker: Reader;
  /** A client that does what people and programs do which do not know the guide. */
  user: Agent;
}

/** The orchestrator over Streamable HTTP, the worker over stdio: a process of its own on the same file. */
async function openStage(): Promise<Stage> {
  const relay = await startRelay();
  const user = await connectHttp(new URL('/mcp', relay.url));
  return { user, ...readers(user, await connect(overStdio(relay.home))) };
}

/** Sections 4 to 9: a task goes one way, progress and result the other. */
async function doTask({ orchestrator, worker }: Stage): Promise<void> {
  await startSession(orchestrator);
  const asked = await orchestrator.do('bridge_send task');
  const taskId = idOf(asked);
  expect(asked.structured).toMatchObject({ deduplicated: false, listening: { nobody: true } });
  expect(asked.text).toContain('listening: nobody');

  // The worker starts later and catches up; nothing was lost.
  const [caughtUp] = await startSession(worker);
  expect(caughtUp).toMatchObject({ id: taskId, encoding: 'structured', message: { type: 'task' } });
  const [task] = messagesOf(await worker.do('bridge_wait inbox'));
  expect(task, 'what is not acked comes again').toEqual(caughtUp);
  const acked = await worker.do('bridge_ack task', about(task));
  expect(acked.structured).toMatchObject({ last_message_id: taskId, advanced: true });

  const waiting = orchestrator.do('bridge_wait inbox');
  await worker.do('bridge_send progress', about(task));
  const [progress] = messagesOf(await waiting);
  expect(progress?.message).toMatchObject({ type: 'progress', reply_to: taskId });
  await orchestrator.do('bridge_ack task', about(progress));

  await worker.do('bridge_send result', about(task));
  const [result, ...others] = messagesOf(await orchestrator.do('bridge_wait inbox'));
  expect(others, 'what is acked does not come again').toEqual([]);
  expect(result?.message).toMatchObject({
    type: 'result',
    reply_to: taskId,
    correlation_id: task?.message?.correlation_id,
  });
  await orchestrator.do('bridge_ack task', about(result));

  const receipts = messagesOf(await orchestrator.do('bridge_receive receipts'));
  const time = expect.stringMatching(/^\d{4}-/) as unknown;
  expect(receipts).toMatchObject([
    { id: taskId, receipts: [{ consumer_id: workerRow.name, read_at: time, acked_at: time }] },
  ]);
}

/** Sections 5 and 8: what is sent again is there once; section 10: something else under the same key is refused. */
async function repeatAndReword({ orchestrator, worker }: Stage): Promise<void> {
  const [task] = messagesOf(await orchestrator.do('bridge_receive receipts'));
  const again = await orchestrator.do('bridge_send task');
  expect(again.structured).toMatchObject({ id: task?.id, deduplicated: true });
  const reported = await worker.do('bridge_send result', about(task));
  expect(reported.structured['deduplicated']).toBe(true);
  const online = await worker.do('bridge_send online', today);
  expect(online.structured['deduplicated'], 'a second session of the day').toBe(true);

  const { idempotency_key: _key, ...reworded } = anotherTask('1');
  const refused = await orchestrator.do('bridge_send task', {}, reworded);
  expect(refused).toMatchObject({ isError: true, structured: { code: 'conflict' } });
  expect(messagesOf(await orchestrator.do('bridge_receive receipts'))).toHaveLength(1);
}

/** Section 10, stale cursor: the channel is cleared while the worker saves what it was given. */
async function loseHistory({ orchestrator, worker, user }: Stage): Promise<void> {
  const second = idOf(await orchestrator.do('bridge_send task', {}, anotherTask('2')));
  const third = idOf(await orchestrator.do('bridge_send task', {}, anotherTask('3')));
  const [first] = messagesOf(await worker.do('bridge_wait inbox', {}, { limit: 1 }));
  expect(first?.id).toBe(second);
  const later = await worker.do('bridge_wait later', { 'id of the last message you have': second });
  expect(
    messagesOf(later).map(({ id }) => id),
    'it looks past what it is still saving',
  ).toEqual([third]);
  const notes = [first, ...messagesOf(later)];

  await user.call('bridge_clear', { channel: workerRow.inbox });
  const stale = await worker.do('bridge_wait later', { 'id of the last message you have': third });
  expect(stale.isError).toBe(false);
  expect(stale.text).toContain('cursor stale');
  expect(stale.structured).toMatchObject({
    messages: [],
    warning: 'since_id_not_found',
    history_lost: { removed: 3 },
    timed_out: false,
  });
  expect(messagesOf(await worker.do('bridge_receive catch-up'))).toEqual([]);
  await worker.do('bridge_send lost', { 'id that was not found': third });

  // The orchestrator is told, and sends what is open again with its own key: it was lost, so it is stored again.
  const [notice] = messagesOf(await orchestrator.do('bridge_wait inbox'));
  expect(notice?.message).toMatchObject({ type: 'status', recipient: orchestratorRow.name });
  await orchestrator.do('bridge_ack task', about(notice));
  const resent = await orchestrator.do('bridge_send task', {}, anotherTask('2'));
  expect(resent.structured['deduplicated']).toBe(false);
  const [repeated] = messagesOf(await worker.do('bridge_wait inbox'));
  expect(repeated?.id).toBe(idOf(resent));
  const matters = notes.map((note) => note?.message?.correlation_id);
  expect(matters, 'the worker finds it in its notes').toContain(repeated?.message?.correlation_id);
  await worker.do('bridge_ack task', about(repeated));
  await worker.do('bridge_send result', about(repeated));
  const [result] = messagesOf(await orchestrator.do('bridge_wait inbox'));
  expect(result?.message).toMatchObject({ type: 'result', reply_to: repeated?.id });

  const timedOut = await worker.do('bridge_wait inbox', {}, { timeout_seconds: 0 });
  expect(timedOut).toMatchObject({ isError: false, structured: { messages: [], timed_out: true } });
  expect(timedOut.text).toContain('no new messages before timeout');
}

/** Sections 6 and 8: what came from somebody who does not send as the guide says, and from somebody in a loop. */
async function meetStrangers({ worker, user }: Stage): Promise<void> {
  const inbox = { channel: workerRow.inbox, sender: 'a-script' };
  for (const content of ['Ready?', '{"ready":true}', '{"schema_version":1,"type":"NO","content":""}'])
    await user.call('bridge_send', { ...inbox, content });
  const received = await worker.do('bridge_wait inbox', {}, { limit: 2 });
  expect(messagesOf(received).map(({ encoding }) => encoding)).toEqual(['legacy_text', 'legacy_json']);
  const [, last] = messagesOf(received);
  await worker.do('bridge_ack task', about(last));
  const [invalid, ...more] = messagesOf(await worker.do('bridge_wait inbox'));
  expect(more, 'a full answer means that there is more').toEqual([]);
  expect(invalid).toMatchObject({ encoding: 'invalid', parse_warning: expect.any(String) as unknown });

  const repeat = async (): Promise<ToolOutcome> => {
    const sent = await user.call('bridge_send', { ...inbox, content: 'Ready?' });
    return 'warning' in sent.structured ? sent : repeat();
  };
  const warned = await repeat();
  expect(warned.structured['warning']).toBe('identical_repeat');
  answers.push(warned);
}

interface Message {
  id: string;
  sender: string;
  encoding: string;
  message?: Record<string, unknown> & { correlation_id?: string };
}

const today = { date: '2026-11-23' };

/** Section 4, steps 1 to 5. Resolves with what had come in. */
async function startSession(agent: Reader): Promise<Message[]> {
  const ping = await agent.do('bridge_ping');
  expect(ping.structured['service']).toBe('claude-bridge');
  await agent.do('bridge_status');
  const caughtUp = messagesOf(await agent.do('bridge_receive catch-up'));
  await agent.do('bridge_send online', today);
  return caughtUp;
}

/** Another attempt at the task of section 5: the number is raised in the key and in the name of the matter. */
function anotherTask(attempt: string): { idempotency_key: string; message: Record<string, unknown> } {
  const { input } = examples.get('bridge_send task') ?? { input: {} };
  const raised = JSON.parse(JSON.stringify(input).replace(/:1"/g, `:${attempt}"`)) as ReturnType<
    typeof anotherTask
  >;
  const message = { ...raised.message, content: 'The same tests once more.' };
  return { idempotency_key: raised.idempotency_key, message };
}

function about(task: Message | undefined): Record<string, string> {
  return {
    'id of the task': task?.id ?? '',
    'correlation_id of the task': task?.message?.correlation_id ?? '',
  };
}

/** Two agents that read the same guide. The examples show the worker's side of reading; the orchestrator puts its names in. */
function readers(forOrchestrator: Agent, forWorker: Agent): { orchestrator: Reader; worker: Reader } {
  const onUse = (example: string, outcome: ToolOutcome) => {
    used.add(example);
    answers.push(outcome);
  };
  return {
    orchestrator: new Reader({ agent: forOrchestrator, examples, own: asOrchestrator, onUse }),
    worker: new Reader({ agent: forWorker, examples, onUse }),
  };
}

/** Who reads, acks or sends as the worker in an example does so as the orchestrator. */
function asOrchestrator(input: Record<string, unknown>): Record<string, unknown> {
  if (input['sender'] === workerRow.name) return { ...input, sender: orchestratorRow.name };
  if (input['consumer_id'] !== workerRow.name) return input;
  return { ...input, consumer_id: orchestratorRow.name, channel: orchestratorRow.inbox };
}

/** The bridge ignores arguments that it does not know, so a guide that quotes one would not fail by itself. */
async function expectKnownArguments({ client }: Agent): Promise<void> {
  const { tools } = await client.listTools();
  for (const [example, { tool, input }] of examples) {
    const properties = tools.find(({ name }) => name === tool)?.inputSchema.properties ?? {};
    expect(Object.keys(properties), example).toEqual(expect.arrayContaining(Object.keys(input)));
  }
}

/** Every name in the text is one that the tools have in their schemas or answers, or a code of an error. */
async function expectKnownNames({ client }: Agent): Promise<void> {
  const { tools } = await client.listTools();
  const known = new Set(Object.keys(errorStatus));
  for (const [word] of JSON.stringify([tools, answers]).matchAll(/\w+/g)) known.add(word);
  expect([...namesIn(guide)].filter((name) => !known.has(name))).toEqual([]);
}

function messagesOf({ structured }: ToolOutcome): Message[] {
  return structured['messages'] as Message[];
}

function idOf({ structured }: ToolOutcome): string {
  return structured['id'] as string;
}

function rowOf(role: string): Row {
  const row = rows.get(role);
  if (!row) throw new Error(`the table has no ${role}`);
  return row;
}
