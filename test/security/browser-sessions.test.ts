import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { BrowserSessions, type SignedIn } from '../../src-main/security/browser-sessions.ts';
import type { SessionSummary } from '../../src-main/security/browser-session.ts';
import { principals, type Principal } from '../../src-main/security/principal.ts';
import { Rights } from '../../src-main/security/rights.ts';

const day = 86_400;

interface Given {
  ttlSeconds?: number;
  maxSessions?: number;
  address?: string;
  userAgent?: string | undefined;
  replaces?: string;
}

/** Sessions whose settings may change, and who was displaced. */
function someSessions({ ttlSeconds = 3600, maxSessions = 100 }: Given = {}) {
  const settings = { ttlSeconds, maxSessions };
  const displaced: SessionSummary[] = [];
  const sessions = new BrowserSessions({
    ttlSeconds: () => settings.ttlSeconds,
    maxSessions: () => settings.maxSessions,
    onDisplaced: (session) => displaced.push(session),
  });
  const signIn = (given: Given = {}, credential: Principal = principals.token): SignedIn =>
    sessions.create(credential, {
      address: given.address ?? '192.0.2.7',
      userAgent: 'userAgent' in given ? given.userAgent : 'Fictional/1.0',
      replaces: given.replaces,
    });
  /** Whether each cookie still has its session; asking does not count as use. */
  const alive = (...cookies: SignedIn[]): boolean[] => {
    const ids = new Set(sessions.list().map(({ id }) => id));
    return cookies.map((cookie) => ids.has(idOf.get(cookie.value) ?? ''));
  };
  const idOf = new Map<string, string>();
  const signInAndNote = (given?: Given, credential?: Principal): SignedIn => {
    const cookie = signIn(given, credential);
    idOf.set(cookie.value, sessions.list().at(-1)?.id ?? '');
    return cookie;
  };
  return { sessions, settings, displaced, signIn: signInAndNote, alive };
}

beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2026-03-01T12:00:00Z') }));
afterEach(() => void vi.useRealTimers());

describe('a sign-in', () => {
  test('makes a session that its cookie finds, with the rights of its credential', () => {
    const { sessions, signIn } = someSessions({ ttlSeconds: 28_800 });
    const { value, maxAgeSeconds } = signIn();
    expect(value).toMatch(/^[\w-]{43}$/);
    expect(maxAgeSeconds).toBe(28_800);
    const session = sessions.find(value);
    expect(session?.principal).toMatchObject({
      kind: 'session',
      label: 'a browser signed in with the shared token',
      lease: session,
    });
    expect(session?.principal.rights).toEqual(principals.token.rights);
    expect(session?.ended.aborted).toBe(false);
  });

  test('with fewer rights makes a session with no more', () => {
    const { sessions, signIn } = someSessions();
    const rights = new Rights({ rights: ['read'], channels: { read: ['demo:*'] } });
    const { value } = signIn({}, { ...principals.token, label: 'a reader', rights });
    expect(sessions.find(value)?.principal.rights).toBe(rights);
  });

  test('by a session is refused, and leaves that session as it is', () => {
    const { sessions, signIn } = someSessions();
    const { value } = signIn();
    const principal = sessions.find(value)?.principal;
    expect(() => signIn({ replaces: value }, principal)).toThrow(
      expect.objectContaining({ code: 'unauthorized', status: 401 }),
    );
    expect(sessions.find(value)?.principal).toBe(principal);
    expect(sessions.list()).toHaveLength(1);
  });

  test('with an old cookie ends the old session', () => {
    const { sessions, signIn } = someSessions();
    const old = signIn();
    const session = sessions.find(old.value);
    const { value } = signIn({ replaces: old.value });
    expect(session?.ended.aborted).toBe(true);
    expect(sessions.find(old.value)).toBeUndefined();
    expect(sessions.find(value)).toBeDefined();
  });

  test('never repeats a secret or an id', () => {
    const { sessions, signIn } = someSessions({ maxSessions: 1000 });
    const values = new Set(Array.from({ length: 1000 }, () => signIn().value));
    expect(values.size).toBe(1000);
    expect(new Set(sessions.list().map(({ id }) => id)).size).toBe(1000);
  });
});

test('a cookie that is not exactly one that was given finds nothing', () => {
  const { sessions, signIn } = someSessions();
  const { value } = signIn();
  const digest = createHash('sha256').update(value);
  const guesses = ['', value.slice(0, -1), `${value}x`, value.toLowerCase(), sessions.list()[0]?.id ?? ''];
  for (const guess of [...guesses, digest.copy().digest('base64url'), digest.digest('hex'), '__proto__']) {
    expect(sessions.find(guess)).toBeUndefined();
    sessions.revoke(guess);
  }
  expect(sessions.find(value)).toBeDefined();
});

test('neither a secret nor its digest can be read back', () => {
  const { sessions, signIn } = someSessions();
  const { value } = signIn();
  const session = sessions.find(value);
  const shown =
    inspect([sessions, session], { depth: 9, showHidden: true }) + JSON.stringify(sessions.list());
  expect(shown).not.toContain(value);
  for (const encoding of ['hex', 'base64url'] as const) {
    const digest = createHash('sha256').update(value).digest(encoding);
    expect(shown).not.toContain(digest);
    expect(digest).not.toContain(session?.id);
  }
});

describe('a session ends', () => {
  /** A session with something open, and how often that was told to end. */
  function withStream(given: Given = {}) {
    const { sessions, ...rest } = someSessions(given);
    const cookie = rest.signIn();
    const session = sessions.find(cookie.value);
    if (!session) throw new Error('no session');
    const onEnded = vi.fn();
    session.ended.addEventListener('abort', onEnded);
    return { sessions, ...rest, cookie, session, onEnded };
  }

  test('when its time is over, although it was used all along', () => {
    const { sessions, cookie, onEnded } = withStream({ ttlSeconds: 60 });
    for (let second = 1; second < 60; second++) {
      vi.advanceTimersByTime(1000);
      expect(sessions.find(cookie.value)).toBeDefined();
    }
    vi.advanceTimersByTime(999);
    expect(onEnded).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(onEnded).toHaveBeenCalledOnce();
    expect(sessions.find(cookie.value)).toBeUndefined();
    expect(sessions.list()).toEqual([]);
  });

  test('when its time is over, whatever happens to the time of day', () => {
    const { onEnded } = withStream({ ttlSeconds: 60 });
    vi.setSystemTime('1999-01-01');
    vi.advanceTimersByTime(59_999);
    vi.setSystemTime('2040-01-01');
    expect(onEnded).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(onEnded).toHaveBeenCalledOnce();
  });

  test('after as long as it was given when it began, longer than a timer holds', () => {
    const { settings, onEnded } = withStream({ ttlSeconds: 60 * day });
    settings.ttlSeconds = 60;
    vi.advanceTimersByTime(60 * day * 1000 - 1);
    expect(onEnded).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(onEnded).toHaveBeenCalledOnce();
  });

  test('at once when it is signed out, and what is open learns what a new request would be told', () => {
    const { sessions, cookie, session, onEnded } = withStream();
    sessions.revoke(cookie.value);
    expect(onEnded).toHaveBeenCalledOnce();
    expect(session.ended.reason).toMatchObject({ code: 'unauthorized', message: 'unauthorized' });
    expect(sessions.find(cookie.value)).toBeUndefined();
    sessions.revoke(cookie.value);
    expect(onEnded).toHaveBeenCalledOnce();
  });

  test('when it is revoked by its public id', () => {
    const { sessions, signIn, alive, cookie, session, onEnded } = withStream();
    const other = signIn();
    expect(sessions.revokeById('000000000000')).toBe(false);
    expect(sessions.revokeById(session.id)).toBe(true);
    expect(onEnded).toHaveBeenCalledOnce();
    expect(alive(cookie, other)).toEqual([false, true]);
    expect(sessions.revokeById(session.id)).toBe(false);
  });

  test('when all are revoked', () => {
    const { sessions, signIn, onEnded } = withStream();
    signIn();
    expect(sessions.revokeAll()).toBe(2);
    expect(onEnded).toHaveBeenCalledOnce();
    expect(sessions.list()).toEqual([]);
    expect(sessions.revokeAll()).toBe(0);
  });

  test('and leaves no timer behind', () => {
    const { sessions, signIn } = withStream();
    signIn();
    expect(vi.getTimerCount()).toBe(2);
    sessions.revokeAll();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('when all places are taken', () => {
  test('a new session takes the place of the one unused for longest, which is reported', () => {
    const { sessions, signIn, alive, displaced } = someSessions({ maxSessions: 3 });
    const [first, second, third] = [signIn(), signIn(), signIn()];
    vi.advanceTimersByTime(1000);
    const session = sessions.find(second.value);
    sessions.find(first.value);
    vi.advanceTimersByTime(1000);
    sessions.find(third.value);
    sessions.find(first.value);
    const fourth = signIn();
    expect(alive(first, second, third, fourth)).toEqual([true, false, true, true]);
    expect(session?.ended.aborted).toBe(true);
    expect(displaced.map(({ id }) => id)).toEqual([session?.id]);
  });

  test('one with an open stream is in use, however quiet it is', () => {
    const { sessions, signIn, alive } = someSessions({ maxSessions: 2 });
    const quiet = signIn();
    const release = sessions.find(quiet.value)?.use(() => undefined);
    vi.advanceTimersByTime(1000);
    const busy = signIn();
    vi.advanceTimersByTime(1000);
    const third = signIn();
    expect(alive(quiet, busy, third)).toEqual([true, false, true]);
    release?.();
    vi.advanceTimersByTime(1);
    sessions.find(third.value);
    const fourth = signIn();
    expect(alive(quiet, third, fourth)).toEqual([false, true, true]);
  });

  test('a client that signs in again and again displaces itself, not others', () => {
    const { signIn, alive } = someSessions({ maxSessions: 4 });
    const [alice, bob] = [signIn({ address: '192.0.2.1' }), signIn({ address: '192.0.2.2' })];
    vi.advanceTimersByTime(1000);
    for (let i = 0; i < 20; i++) signIn({ address: '2001:db8::1' });
    for (let i = 0; i < 20; i++) signIn({ address: `2001:db8::ff:${i}` });
    expect(alive(alice, bob)).toEqual([true, true]);
  });

  test('a client that holds as many as others gives way to its own new session', () => {
    const { signIn, alive } = someSessions({ maxSessions: 2 });
    const alice = signIn({ address: '192.0.2.1' });
    vi.advanceTimersByTime(1000);
    const bob = signIn({ address: '192.0.2.2' });
    vi.advanceTimersByTime(1000);
    signIn({ address: '192.0.2.2' });
    expect(alive(alice, bob)).toEqual([true, false]);
  });

  test('holders of one credential do not displace those of another', () => {
    const { signIn, alive } = someSessions({ maxSessions: 3 });
    const owner = signIn();
    vi.advanceTimersByTime(1000);
    const reader: Principal = { ...principals.token, label: 'a reader' };
    for (let i = 0; i < 20; i++) signIn({}, reader);
    expect(alive(owner)).toEqual([true]);
  });

  test('a sign-in succeeds even if every session is in use', () => {
    const { sessions, signIn, alive } = someSessions({ maxSessions: 2 });
    const [first, second] = [signIn(), signIn()];
    for (const { value } of [second, first]) sessions.find(value)?.use(() => undefined);
    const third = signIn();
    expect(alive(first, second, third)).toEqual([false, true, true]);
  });

  test('a sign-in that replaces a session of its own displaces nobody', () => {
    const { signIn, alive, displaced } = someSessions({ maxSessions: 2 });
    const [first, second] = [signIn(), signIn()];
    const third = signIn({ replaces: second.value });
    expect(alive(first, third)).toEqual([true, true]);
    expect(displaced).toEqual([]);
  });

  test('a lower limit counts at the next sign-in', () => {
    const { sessions, settings, signIn } = someSessions({ maxSessions: 5 });
    for (let i = 0; i < 5; i++) signIn();
    settings.maxSessions = 2;
    expect(sessions.list()).toHaveLength(5);
    const newest = signIn();
    expect(sessions.list()).toHaveLength(2);
    expect(sessions.find(newest.value)).toBeDefined();
  });
});

describe('the list', () => {
  test('says of each session what people need to recognise it', () => {
    const { sessions, signIn } = someSessions({ ttlSeconds: 3600 });
    const createdAt = Date.now();
    const { value } = signIn({ address: '2001:db8::7', userAgent: 'Fictional/1.0 (Linux)' });
    vi.advanceTimersByTime(5000);
    sessions.find(value);
    const [shown] = sessions.list();
    expect(shown).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{12}$/) as string,
      credential: 'the shared token',
      createdAt,
      lastUsedAt: createdAt + 5000,
      expiresAt: createdAt + 3_600_000,
      address: '2001:db8::7',
      userAgent: 'Fictional/1.0 (Linux)',
      open: 0,
    });
    expect(sessions.find(value)?.id).toBe(shown?.id);
  });

  test('counts what is open, and its beginning and end as use', () => {
    const { sessions, signIn } = someSessions();
    const start = Date.now();
    const session = sessions.find(signIn().value);
    vi.advanceTimersByTime(1000);
    const [first, second] = [session?.use(() => undefined), session?.use(() => undefined)];
    expect(sessions.list()).toMatchObject([{ open: 2, lastUsedAt: start + 1000 }]);
    vi.advanceTimersByTime(1000);
    first?.();
    expect(sessions.list()).toMatchObject([{ open: 1, lastUsedAt: start + 2000 }]);
    second?.();
    expect(sessions.list()).toMatchObject([{ open: 0 }]);
  });

  test.each([
    [undefined, ''],
    ['a\u0000b\u001b[31m\u007f\u0085\u009bc\u202e\ud800d', 'ab[31mcd'],
    ['x'.repeat(201), `${'x'.repeat(200)}…`],
  ])('shows a user agent without control characters and shortened: %j', (userAgent, shown) => {
    const { sessions, signIn } = someSessions();
    signIn({ userAgent });
    expect(sessions.list()).toMatchObject([{ userAgent: shown }]);
  });
});

describe('a browser whose session has ended', () => {
  const address = '192.0.2.7';

  test('is told for a moment what it could not know, and then should know', () => {
    const { sessions, signIn } = someSessions();
    const { value } = signIn({ address });
    expect(sessions.isUnaware(value, address)).toBe(false);
    sessions.revoke(value);
    // It may have slept since.
    vi.advanceTimersByTime(3_600_000);
    expect(sessions.isUnaware(value, address)).toBe(true);
    vi.advanceTimersByTime(9_999);
    expect(sessions.isUnaware(value, address)).toBe(true);
    vi.advanceTimersByTime(1);
    expect(sessions.isUnaware(value, address)).toBe(false);
  });

  test('is where it was signed in: a cookie that comes from elsewhere, or was made up, is no such browser', () => {
    const { sessions, signIn } = someSessions();
    const { value } = signIn({ address });
    sessions.revokeAll();
    expect(sessions.isUnaware(value, '203.0.113.9')).toBe(false);
    expect(sessions.isUnaware('x'.repeat(43), address)).toBe(false);
    expect(sessions.isUnaware(value, address)).toBe(true);
  });

  test('is remembered among a thousand', () => {
    const { sessions, signIn } = someSessions({ maxSessions: 10_000 });
    const [first, second] = [signIn({ address }), signIn({ address })];
    for (const { value } of [first, second]) sessions.revoke(value);
    for (let i = 0; i < 999; i++) sessions.revoke(signIn({ address }).value);
    expect(sessions.isUnaware(first.value, address)).toBe(false);
    expect(sessions.isUnaware(second.value, address)).toBe(true);
  });
});
