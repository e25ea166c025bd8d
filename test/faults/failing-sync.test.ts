import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { list, post } from '../support/http-client.ts';
import { scratchDirectory } from '../support/program.ts';
import { DiskShim, lacksShim } from './parts/disk-shim.ts';
import { RelayUnderTest } from './parts/relay.ts';

const lacks = lacksShim();
if (lacks !== undefined) console.log(`A disk that cannot be forced is not tested: ${lacks}.`);

async function relayOnFailingDisk() {
  const home = scratchDirectory();
  const shim = new DiskShim(home, join(home, 'claude-bridge.db'));
  const relay = await RelayUnderTest.start({ folder: home, home, env: shim.env });
  onTestFinished(async () => {
    await relay.kill();
    shim.close();
  });
  const send = (content: string) =>
    post(relay.place, '/api/send', { channel: 'x', sender: 'alice', content, idempotency_key: content });
  const contents = async () => (await list(relay.place, 'x')).messages.map(({ preview }) => preview);
  return { relay, shim, send, contents };
}

test.skipIf(lacks !== undefined)(
  'what could not be forced to disk is refused and not shown, and the next message takes its place',
  async () => {
    const { shim, send, contents } = await relayOnFailingDisk();
    await send('before');
    shim.fail('EIO', 'sync');
    expect(await send('refused')).toMatchObject({ status: 503, body: { code: 'storage_failed' } });
    expect(await contents()).toEqual(['before']);
    shim.mend();
    expect((await send('after')).status).toBe(200);
    expect(await contents()).toEqual(['before', 'after']);
  },
);

test.skipIf(lacks !== undefined)(
  'a refused message may come back if the relay falls right then; repeated under its key it is there once',
  async () => {
    const { relay, shim, send, contents } = await relayOnFailingDisk();
    await send('before');
    shim.fail('EIO', 'sync');
    expect((await send('refused')).status).toBe(503);
    await relay.kill();
    shim.mend();
    await relay.start();
    // It was written, and the disk had only not said that it has it.
    expect(await contents()).toEqual(['before', 'refused']);
    expect(await send('refused')).toMatchObject({ status: 200, body: { deduplicated: true } });
    expect(await contents()).toEqual(['before', 'refused']);
  },
);
