import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import stringWidth from 'string-width';
import { ApiClient } from '../../../src-shared/client/api-client.ts';
import { scratchDirectory, startRelay, type Relay } from '../../support/program.ts';
import { canMakeTerminal, runInTerminal, type TerminalOptions } from '../../support/terminal.ts';

/** The commands as people see them. */

if (!canMakeTerminal) console.warn('there is no script(1): the tests that need a terminal are skipped');

describe.skipIf(!canMakeTerminal)('on a terminal', () => {
  let relay: Relay;
  let client: ApiClient;

  beforeAll(async () => {
    relay = await startRelay();
    client = new ApiClient({ url: relay.url });
  });

  const run = (args: readonly string[], options: TerminalOptions = {}) =>
    runInTerminal(args, { home: relay.home, ...options });

  test('messages are shown with sender, time and content, in colour', async () => {
    const message = { schema_version: 1, type: 'task', content: { goal: 'Run' }, recipient: 'vega' };
    const { id, ts } = await client.send({ channel: 'demo:a', sender: 'orion', message });
    const { code, raw, text } = await run(['tail', '--utc']);
    expect(code).toBe(0);
    const time = `${ts.slice(0, 19).replace('T', ' ')}Z`;
    expect(text).toContain(
      `${time}  orion (a client on this machine) → vega  task  [demo:a]  ${id}\n  {\n    "goal": "Run"\n  }\n`,
    );
    expect(raw).toContain('\u001b[');
  });

  test('there are no colours where nobody wants them, and JSON where it is asked for', async () => {
    const plain = await run(['channels'], { env: { NO_COLOR: '1' } });
    expect(plain.raw).not.toContain('\u001b');
    expect(plain.raw).toContain('demo:a');
    const json = await run(['channels', '--json']);
    expect(JSON.parse(json.text.split('\n')[0] ?? '')).toMatchObject({ id: 'demo:a' });
  });

  test('nothing that others have written can steer the terminal or reorder its lines', async () => {
    const evil = '\u001b]0;title\u0007\u001b[2J\u009b31m\u202e\u0008\rover\u2066 \u{e0041}';
    await client.call({
      method: 'POST',
      path: '/api/send',
      body: { channel: 'evil:\u202echannel', sender: 'evil\u2066name', content: `a\tb\r\n${evil}` },
    });
    for (const args of [
      ['tail'],
      ['receive', 'evil:\u202echannel'],
      ['channels'],
      ['agents'],
      ['search', 'over'],
      ['ack', 'evil:\u202echannel', 'no\u001b[2Jthing', '--consumer', 'me'],
      ['status', '--bad\u001b[2J'],
    ]) {
      const { raw } = await run(args, { env: { NO_COLOR: '1' } });
      expect(raw.replaceAll('\r\n', '\n')).not.toMatch(/(?!\n)\p{Cc}|[\u202e\u2066]|\u{e0041}/u);
    }
    const { text } = await run(['receive', 'evil:\u202echannel']);
    expect(text).toContain('evil<U+2066>name');
    expect(text).toContain('  a    b\n  <U+001B>]0;title<U+0007><U+001B>[2J<U+009B>31m<U+202E>');
  });

  test('no line of a message looks like one of ours, however long it is', async () => {
    await client.send({
      channel: 'demo:long',
      sender: 'orion',
      content: `${'x'.repeat(78)}2026-11-23 forged`,
    });
    const { text } = await run(['receive', 'demo:long'], { columns: 80 });
    const [, ...body] = text.trimEnd().split('\n');
    expect(body.length).toBeGreaterThan(1);
    for (const line of body) expect(line).toMatch(/^ {2}.{1,78}$/);
  });

  test.each([60, 80, 120])('tables fit into %i columns', async (columns) => {
    await client.send({
      channel: `demo:${'long-'.repeat(12)}`,
      sender: `偶数丸め${'y'.repeat(40)}`,
      content: 'x',
    });
    const { text } = await run(['channels'], { columns });
    const widths = text.split('\n').map((line) => stringWidth(line));
    expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
    expect(text).toContain('…');
  });

  test('a clear asks, and does what is answered', async () => {
    await client.send({ channel: 'demo:clear', sender: 'orion', content: 'x' });
    const no = await run(['clear', 'demo:clear'], { types: { keys: 'n\r', when: '[y/N]' } });
    expect(no).toMatchObject({ code: 0 });
    expect(no.text).toContain('Delete 1 message of [demo:clear], for everybody and for good? [y/N]');
    expect(no.text).toContain('nothing was deleted');
    const ended = await run(['clear', 'demo:clear'], { types: { keys: '\u0004', when: '[y/N]' } });
    expect(ended.text).toContain('nothing was deleted');
    const yes = await run(['clear', 'demo:clear'], { types: { keys: 'y\r', when: '[y/N]' } });
    expect(yes.text).toContain('deleted 1 message of [demo:clear]');
  });

  test('Ctrl-C ends a command that asks, without a word', async () => {
    const { code, text } = await run(['clear', 'demo:a'], { types: { keys: '\u0003', when: '[y/N]' } });
    expect(code).toBe(130);
    expect(text).not.toMatch(/error|deleted/);
  });

  test.each([
    ['follows', ['tail', '-f', '-n', '0']],
    ['waits', ['wait', 'demo:a']],
  ])('Ctrl-C ends a command that %s, without a word', async (_does, args) => {
    const begun = expect.poll(
      async () => {
        const { waiters, sse_subscribers } = await client.state();
        return waiters + sse_subscribers;
      },
      { timeout: 10_000 },
    );
    const { code, text } = await run(args, { types: { keys: '\u0003', when: begun.toBe(1) } });
    expect([code, text]).toEqual([130, '^C']);
  });

  test('copying, exporting and importing say how far they are, and leave nothing of that behind', async () => {
    await client.send({ channel: 'demo:archive', sender: 'orion', content: 'Kept.' });
    const folder = scratchDirectory();
    const [copy, exported] = [join(folder, 'copy.db'), join(folder, 'messages.jsonl')];
    for (const [args, verb] of [
      [['backup', copy], 'copied'],
      [['export', exported], 'exported'],
      [['import', exported], 'sent'],
    ] as const) {
      const { code, raw } = await run(args);
      expect(code).toBe(0);
      expect(raw).toContain(`${verb} 0 bytes`);
      // eslint-disable-next-line no-control-regex -- the line is emptied before the result is said
      expect(raw).toMatch(/\u001b\[2K[^█░]*$/);
    }
  });

  test('status and agents say how things are', async () => {
    expect((await run(['status'])).text).toMatch(/^online\nrelay +http:[^]*open +1 question/);
    expect((await run(['agents'])).text).toMatch(/^name +via +last seen +unread\n[^]*orion/);
  });
});
