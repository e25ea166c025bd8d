import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { digestOf, MachineSecret } from '../../src-main/security/machine-secret.ts';
import { MachineTokens, type TokenDraft } from '../../src-main/security/machine-tokens.ts';
import type { TokenStore } from '../../src-main/store/token-store.ts';
import { databaseOfTest, plainConnection, type ScratchDatabase } from '../store/support.ts';

const secondMs = 1_000;

afterEach(() => {
  vi.useRealTimers();
});

/** The tokens of one process. */
async function tokensOn(database: ScratchDatabase = databaseOfTest(), alter = (store: TokenStore) => store) {
  const store = await database.open({ durability: 'normal' });
  const failures: unknown[] = [];
  const tokens = new MachineTokens({
    store: alter(store.tokens),
    onError: (error) => failures.push(error),
  });
  await tokens.load();
  onTestFinished(() => tokens.close());
  return { database, store, tokens, failures };
}

function identify(tokens: MachineTokens, token: string) {
  return tokens.identify(Buffer.from(token), digestOf(token));
}

function secretOf(tokens: MachineTokens, token: string): MachineSecret {
  const found = identify(tokens, token);
  if (!(found instanceof MachineSecret)) throw new Error(`the token is ${found ?? 'no token of a machine'}`);
  return found;
}

/** Resolves when what the secret has let in ends. */
function ended({ ended: signal }: MachineSecret): Promise<unknown> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason)));
}

const reader: TokenDraft = {
  label: 'atlas',
  access: { rights: ['read'], channels: { read: ['payments:*'] } },
};

/** Only the clock and the timers of tokens are ours: the store needs its own. */
function stopTheClock(): void {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: new Date('2026-01-31T08:15:00Z') });
}

describe('a token', () => {
  test('is shown once, carries its public id, and lets its machine in with its rights', async () => {
    const { tokens } = await tokensOn();
    const made = await tokens.create(reader);
    expect(made.token).toMatch(new RegExp(`^cb_${made.id}_[\\w-]{43}$`));
    expect(made).toMatchObject({ label: 'atlas', ...reader.access, expires_at: null, last_used_at: null });
    const { principal } = secretOf(tokens, made.token);
    expect(principal).toMatchObject({ kind: 'machine', label: 'atlas' });
    expect(principal.rights.access).toEqual(reader.access);
    expect(JSON.stringify(await tokens.list())).not.toContain(made.token.slice(-43));
  });

  test('of another form is none, and one of its form that was never made has ended', async () => {
    const { tokens } = await tokensOn();
    const { id, token } = await tokens.create(reader);
    for (const other of [
      '',
      'x',
      `cb_shared_${'x'.repeat(43)}`,
      `${token}x`,
      token.toUpperCase(),
      `${token}\n`,
    ]) {
      expect(identify(tokens, other)).toBeUndefined();
    }
    expect(identify(tokens, `cb_${id}_${'x'.repeat(43)}`)).toBe('ended');
    expect(identify(tokens, `cb_000000000000${token.slice(15)}`)).toBe('ended');
  });

  test('is known to every process on the file, and to the next start', async () => {
    const { database, tokens, store } = await tokensOn();
    const other = await tokensOn(database);
    const { token } = await tokens.create(reader);
    await expect.poll(() => identify(other.tokens, token)).toBeInstanceOf(MachineSecret);
    await tokens.close();
    await store.close();
    const next = await tokensOn(database);
    expect(secretOf(next.tokens, token).principal.label).toBe('atlas');
  });

  test.each([
    'the shared token',
    'The Local Token',
    'a client on this machine',
    'A browser signed in with atlas',
  ])('cannot be called %j, which stands for others', async (label) => {
    const { tokens } = await tokensOn();
    const refused = { code: 'invalid_value', field: 'label' };
    await expect(tokens.create({ ...reader, label })).rejects.toMatchObject(refused);
    expect(await tokens.list()).toEqual([]);
  });

  test('cannot have the label of another one, however it is written', async () => {
    const { tokens } = await tokensOn();
    await tokens.create(reader);
    for (const label of ['atlas', 'ATLAS', 'ａtlas']) {
      await expect(tokens.create({ ...reader, label })).rejects.toMatchObject({ code: 'conflict' });
    }
  });
});

describe('a revocation', () => {
  test('ends at once what the token has let in', async () => {
    const { tokens } = await tokensOn();
    const { id, token } = await tokens.create(reader);
    const secret = secretOf(tokens, token);
    await tokens.revoke(id);
    expect(secret.ended.reason).toMatchObject({ code: 'unauthorized' });
    expect(identify(tokens, token)).toBe('ended');
    await expect(tokens.revoke(id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(tokens.rotate(id, 0)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('by another process does the same', async () => {
    const { database, tokens } = await tokensOn();
    const { id, token } = await tokens.create(reader);
    const other = await tokensOn(database);
    const ending = ended(secretOf(other.tokens, token));
    await tokens.revoke(id);
    expect(await ending).toMatchObject({ code: 'unauthorized' });
    expect(identify(other.tokens, token)).toBe('ended');
  });

  test('is noticed in the end even if the file could not be read just then', async () => {
    const { database, tokens } = await tokensOn();
    const { id, token } = await tokens.create(reader);
    let fails = false;
    const other = await tokensOn(database, (store) => ({
      ...bound(store),
      list: () => (fails ? Promise.reject(new Error('the file is in use')) : store.list()),
    }));
    const ending = ended(secretOf(other.tokens, token));
    fails = true;
    await tokens.revoke(id);
    await expect.poll(() => other.failures.length).toBeGreaterThan(1);
    fails = false;
    await ending;
  });
});

describe('a rotation', () => {
  test('leaves the old secret and what it has let in for a while, and then ends both', async () => {
    const { tokens } = await tokensOn();
    stopTheClock();
    const { id, token: old } = await tokens.create(reader);
    const { token, old_secret_until } = await tokens.rotate(id, 60);
    expect(old_secret_until).toBe('2026-01-31T08:16:00.000000Z');
    const [before, after] = [secretOf(tokens, old), secretOf(tokens, token)];
    expect(after.principal.rights.access).toEqual(reader.access);
    await vi.advanceTimersByTimeAsync(59 * secondMs);
    expect([before.ended.aborted, identify(tokens, old)]).toEqual([false, before]);
    await vi.advanceTimersByTimeAsync(secondMs);
    expect([before.ended.aborted, identify(tokens, old)]).toEqual([true, 'ended']);
    expect([after.ended.aborted, identify(tokens, token)]).toEqual([false, after]);
    expect(await tokens.list()).toMatchObject([{ id, old_secret_until: null }]);
  });

  test('without a grace ends the old secret at once', async () => {
    const { tokens } = await tokensOn();
    const { id, token: old } = await tokens.create(reader);
    const before = secretOf(tokens, old);
    await tokens.rotate(id, 0);
    expect([before.ended.aborted, identify(tokens, old)]).toEqual([true, 'ended']);
  });

  test('in the grace of another one ends the oldest secret', async () => {
    const { tokens } = await tokensOn();
    const { id, token: first } = await tokens.create(reader);
    const { token: second } = await tokens.rotate(id, 60);
    const oldest = secretOf(tokens, first);
    const { token: third } = await tokens.rotate(id, 60);
    expect(oldest.ended.aborted).toBe(true);
    for (const token of [second, third]) expect(identify(tokens, token)).toBeInstanceOf(MachineSecret);
  });

  test('cannot prolong a token that expires', async () => {
    const { tokens } = await tokensOn();
    stopTheClock();
    const { id, token: old } = await tokens.create({ ...reader, expiresInSeconds: 30 });
    const { token, expires_at } = await tokens.rotate(id, 60);
    expect(expires_at).toBe('2026-01-31T08:15:30.000000Z');
    await vi.advanceTimersByTimeAsync(30 * secondMs);
    expect([identify(tokens, old), identify(tokens, token)]).toEqual(['ended', 'ended']);
  });
});

describe('a token that expires', () => {
  test('ends by itself with what it has let in, stays in the list, and leaves its label to others', async () => {
    const { tokens } = await tokensOn();
    stopTheClock();
    const { token } = await tokens.create({ ...reader, expiresInSeconds: 3600 });
    const secret = secretOf(tokens, token);
    await vi.advanceTimersByTimeAsync(3599 * secondMs);
    expect(secret.ended.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(secondMs);
    expect(secret.ended.reason).toMatchObject({ code: 'unauthorized' });
    expect(identify(tokens, token)).toBe('ended');
    expect(await tokens.list()).toMatchObject([{ label: 'atlas', expired: true }]);
    await tokens.create(reader);
    expect(await tokens.list()).toMatchObject([{ label: 'atlas', expired: false }]);
  });

  test('after longer than a timer of Node can hold, does so then and not before', async () => {
    const { tokens } = await tokensOn();
    stopTheClock();
    const days = 40 * 86_400;
    const { token } = await tokens.create({ ...reader, expiresInSeconds: days });
    await vi.advanceTimersByTimeAsync((days - 1) * secondMs);
    const secret = secretOf(tokens, token);
    await vi.advanceTimersByTimeAsync(secondMs);
    expect(secret.ended.aborted).toBe(true);
  });
});

describe('what a token was used for', () => {
  test('is known at once and written now and then, not at each request', async () => {
    const { tokens, store } = await tokensOn();
    stopTheClock();
    const { token } = await tokens.create(reader);
    const secret = secretOf(tokens, token);
    const noteUses = vi.spyOn(store.tokens, 'noteUses');
    const done = secret.use(() => undefined);
    for (let request = 0; request < 100; request++) secret.seen('192.0.2.7');
    const known = { last_used_at: '2026-01-31T08:15:00.000000Z', last_address: '192.0.2.7' };
    expect(await tokens.list()).toMatchObject([{ ...known, open: 1 }]);
    expect(await store.tokens.list()).toMatchObject([{ lastUsedAt: null }]);
    done();
    await vi.advanceTimersByTimeAsync(30 * secondMs);
    expect(noteUses).toHaveBeenCalledOnce();
    expect(await store.tokens.list()).toMatchObject([
      { lastUsedAt: known.last_used_at, lastAddress: '192.0.2.7' },
    ]);
    await vi.advanceTimersByTimeAsync(300 * secondMs);
    expect(noteUses).toHaveBeenCalledOnce();
    expect(await tokens.list()).toMatchObject([{ ...known, open: 0 }]);
  });

  test('is written when the relay stops', async () => {
    const { database, tokens, store } = await tokensOn();
    const { token } = await tokens.create(reader);
    secretOf(tokens, token).seen('192.0.2.7');
    await tokens.close();
    await store.close();
    expect(await (await tokensOn(database)).tokens.list()).toMatchObject([{ last_address: '192.0.2.7' }]);
  });
});

test('rights that somebody has narrowed in the file count from then on, and what was open ends', async () => {
  const { database, tokens } = await tokensOn();
  const { token } = await tokens.create(reader);
  const ending = ended(secretOf(tokens, token));
  const byHand = plainConnection(database.path).prepare('UPDATE relay_tokens SET access = ?');
  byHand.run('{"rights":["send"],"channels":{}}');
  await ending;
  expect(secretOf(tokens, token).principal.rights.access.rights).toEqual(['send']);
});

/** The methods of an object, usable apart from it. */
function bound(store: TokenStore): TokenStore {
  return {
    list: () => store.list(),
    add: (token) => store.add(token),
    remove: (id) => store.remove(id),
    rotate: (rotation) => store.rotate(rotation),
    noteUses: (uses) => store.noteUses(uses),
    oldShared: () => store.oldShared(),
    keepOldShared: (token) => store.keepOldShared(token),
    watch: (listener) => store.watch(listener),
  };
}
