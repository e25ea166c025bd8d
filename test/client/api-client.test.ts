import { createServer, type RequestListener } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { ApiClient } from '../../src-shared/client/api-client.ts';
import { startRelay, type Relay } from '../support/program.ts';

const token = 'a-token-of-the-tests-0123456789';
let relay: Relay;
let client: ApiClient;

beforeAll(async () => {
  relay = await startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: token } });
  client = new ApiClient({ url: relay.url, token: () => token });
});
afterAll(() => relay.stop());

/** The address of a server that is no relay. */
async function startStranger(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('sends, lists, reads, acks and clears', async () => {
  const sent = await client.send({ channel: 'api:all', sender: 'orion', content: 'first & last' });
  const page = await client.messages({ channel: 'api:all', consumer_id: 'vega', full: true });
  expect(page.messages.map(({ content }) => content)).toEqual(['first & last']);
  expect((await client.message(sent.id)).content).toBe('first & last');
  const acked = await client.ack({ channel: 'api:all', consumer_id: 'vega', message_id: sent.id });
  expect(acked).toMatchObject({ advanced: true, last_message_id: sent.id });
  expect((await client.receipts(sent.id)).receipts).toMatchObject([{ consumer_id: 'vega' }]);
  expect((await client.consumers({ channel: 'api:all' })).consumers).toMatchObject([{ unread: 0 }]);
  await client.resetConsumer({ channel: 'api:all', consumer_id: 'vega' });
  await client.deleteConsumer({ channel: 'api:all', consumer_id: 'vega' });
  expect((await client.consumers({ channel: 'api:all' })).consumers).toEqual([]);
  expect(await client.clear('api:all')).toEqual({ channel: 'api:all', cleared: 1 });
});

test('a wait that ends with its time is a normal answer', async () => {
  await client.send({ channel: 'api:wait', sender: 'orion', content: 'seen' });
  const { next_cursor } = await client.messages({ channel: 'api:wait' });
  const query = { channel: 'api:wait', since_id: next_cursor ?? undefined, timeout_seconds: 1 };
  expect(await client.wait(query)).toMatchObject({ timed_out: true, messages: [] });
});

test('operates the relay: settings, pause, sessions, audit', async () => {
  const { applied } = await client.changeSettings({ auditLog: true, maxWaiters: 77 });
  expect(applied).toEqual({ auditLog: [false, true], maxWaiters: [1000, 77] });
  const { settings } = await client.settings();
  expect(settings.find(({ key }) => key === 'maxWaiters')?.value).toBe(77);
  expect(await client.pause()).toMatchObject({ paused: true });
  expect((await client.state()).paused).toBe(true);
  expect(await client.resume()).toMatchObject({ paused: false });
  expect(await client.sessions()).toEqual({ sessions: [] });
  await expect(client.revokeSession('no such')).rejects.toMatchObject({ code: 'not_found' });
  await client.revokeSessions();
  const { events } = await client.audit({ event: 'relay_pause', limit: 1 });
  expect(events).toMatchObject([{ event: 'relay_pause' }]);
  expect((await client.audit({ event: 'relay_pause', before_id: events[0]?.id ?? 0 })).events).toEqual([]);
});

test('a refusal keeps the code, the field and the sentence of the relay', async () => {
  await expect(client.send({ channel: '', sender: 'orion', content: 'x' })).rejects.toMatchObject({
    code: 'required',
    field: 'channel',
  });
  const stranger = new ApiClient({ url: relay.url, token: () => 'not-the-token' });
  await expect(stranger.state()).rejects.toMatchObject({ code: 'unauthorized', status: 401 });
});

test('nobody there is unreachable, with the reason', async () => {
  const nobody = new ApiClient({ url: await startStranger(() => undefined) });
  await expect(nobody.call({ method: 'GET', path: '/status', patienceMs: 50 })).rejects.toMatchObject({
    code: 'unreachable',
    message: /did not answer in time/,
  });
  const closed = new ApiClient({ url: 'http://127.0.0.1:1' });
  await expect(closed.status()).rejects.toMatchObject({ code: 'unreachable' });
});

test('something else that answers is told from a relay', async () => {
  const page = await startStranger((_request, response) => response.end('<html>welcome</html>'));
  await expect(new ApiClient({ url: page }).state()).rejects.toMatchObject({ code: 'unexpected_answer' });
  const failing = await startStranger((_request, response) => response.writeHead(502).end('bad gateway'));
  await expect(new ApiClient({ url: failing }).state()).rejects.toMatchObject({
    code: 'unexpected_answer',
    message: /502/,
  });
});

test('a redirect is not followed, so the token goes nowhere else', async () => {
  const seen: (string | undefined)[] = [];
  const elsewhere = await startStranger((request, response) => {
    seen.push(request.headers.authorization);
    response.end('{}');
  });
  const lure = await startStranger((_request, response) =>
    response.writeHead(307, { Location: elsewhere }).end(),
  );
  await expect(new ApiClient({ url: lure, token: () => token }).state()).rejects.toMatchObject({
    code: 'unreachable',
  });
  expect(seen).toEqual([]);
});

test('giving up rejects with the reason of the one who gave up', async () => {
  const reason = new Error('the page was left');
  const silent = new ApiClient({ url: await startStranger(() => undefined) });
  await expect(silent.state({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

test('searches, reads threads and lists open questions', async () => {
  const message = { schema_version: 1, type: 'question', content: 'where is the walrus', thread_id: 'zoo' };
  const { id } = await client.send({ channel: 'api:found', sender: 'orion', message });
  await client.send({ channel: 'api:found', sender: 'orion', content: 'no walrus here' });
  expect((await client.search({ q: 'walrus', limit: 1, full: true })).results).toMatchObject([
    { channel: 'api:found', content: 'no walrus here' },
  ]);
  expect((await client.search({ type: 'question', channel: 'api:found' })).results).toMatchObject([{ id }]);
  expect(await client.thread({ id: 'zoo' })).toMatchObject({ open: true, messages: [{ id }] });
  expect((await client.messages({ channel: 'api:found', open: true })).messages).toMatchObject([{ id }]);
});

test('makes, lists, rotates and revokes tokens of machines, and says who it is with one', async () => {
  const admin = new ApiClient({ url: relay.url, token: () => relay.localToken });
  const made = await admin.createToken({ label: 'vega', rights: ['read'], channels: { read: ['api:*'] } });
  const rotated = await admin.rotateToken(made.id, { grace_seconds: 0 });
  const machine = new ApiClient({ url: relay.url, token: () => rotated.token });
  expect(await machine.whoami()).toEqual({
    principal: { kind: 'machine', label: 'vega', rights: ['read'], channels: { read: ['api:*'] } },
    client: null,
    address: '127.0.0.1',
  });
  expect((await admin.tokens()).tokens).toMatchObject([{ id: made.id, label: 'vega' }]);
  await admin.revokeToken(made.id);
  await expect(machine.whoami()).rejects.toMatchObject({ code: 'unauthorized' });
});
