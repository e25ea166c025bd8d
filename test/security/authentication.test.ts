import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AuthThrottle } from '../../src-main/security/auth-throttle.ts';
import { Authentication, type Claim } from '../../src-main/security/authentication.ts';
import { BrowserSessions } from '../../src-main/security/browser-sessions.ts';
import { Credentials } from '../../src-main/security/credentials.ts';
import { SharedTokens } from '../../src-main/security/shared-tokens.ts';
import { principals, type Principal } from '../../src-main/security/principal.ts';

const remote: Claim = {
  authorization: undefined,
  peerAddress: '192.0.2.7',
  clientAddress: '192.0.2.7',
  hasForwardingHeaders: false,
};
const local: Claim = { ...remote, peerAddress: '127.0.0.1', clientAddress: '127.0.0.1' };

interface Settings {
  open?: boolean;
  limit?: () => number;
  sessions?: BrowserSessions;
}

function authentication(token: string | undefined, settings: Settings = {}): Authentication {
  const { open = false, limit = () => 100, sessions = signedIn().sessions } = settings;
  return new Authentication({
    credentials: new Credentials({ shared: new SharedTokens({ token }), localToken: 'per-start' }),
    throttle: new AuthThrottle(limit),
    sessions,
    allowUnauthenticatedNetwork: () => open,
  });
}

/** Some refusals come at once, others later: here all come as rejections. */
async function enter(by: Authentication, claim: Claim): Promise<Principal> {
  return by.authenticate(claim);
}

/** Sessions, one of which belongs to the cookie. */
function signedIn(): { sessions: BrowserSessions; cookie: string; value: string } {
  const sessions = new BrowserSessions({ ttlSeconds: () => 60, maxSessions: () => 10 });
  const from = { address: '192.0.2.7', userAgent: undefined, replaces: undefined };
  const { value } = sessions.create(principals.token, from);
  return { sessions, cookie: `theme=dark; claude_bridge_session=${value}`, value };
}

describe('with a token configured', () => {
  const guarded = authentication('orchid-7', { open: true });

  test.each([
    [{ ...remote, authorization: 'Bearer orchid-7' }, 'token'],
    [{ ...remote, authorization: 'Bearer per-start' }, 'local'],
    [{ ...remote, queryToken: 'orchid-7' }, 'token'],
    [{ ...local, hasForwardingHeaders: true, authorization: 'Bearer orchid-7' }, 'token'],
  ])('its holder comes in: %j', async (claim, kind) => {
    expect(await enter(guarded, claim)).toMatchObject({ kind });
  });

  test.each([
    local,
    remote,
    { ...local, authorization: 'Bearer guess' },
    { ...local, authorization: 'Bearer guess', queryToken: 'orchid-7' },
    { ...local, authorization: 'Basic b3JjaGlkLTc=' },
    { ...local, queryToken: 'guess' },
  ])('nobody else does, not even from this machine: %j', async (claim) => {
    await expect(enter(guarded, claim)).rejects.toMatchObject({
      code: 'unauthorized',
      message: 'unauthorized',
    });
  });
});

describe('a session cookie', () => {
  const { sessions, cookie, value } = signedIn();
  const limit = (): number => 1;

  test.each([
    remote,
    { ...local, hasForwardingHeaders: true },
    { ...remote, authorization: 'Basic b3JjaGlkLTc=' },
    { ...remote, authorization: '' },
  ])('lets its browser in: %j', async (claim) => {
    const guarded = authentication('orchid-7', { sessions });
    const principal = await enter(guarded, { ...claim, cookie });
    expect(principal).toBe(sessions.find(value)?.principal);
  });

  test.each([
    { ...remote, authorization: 'Bearer guess' },
    { ...remote, authorization: 'Bearer' },
    { ...remote, queryToken: 'guess' },
  ])('does not make up for a wrong token, which counts as a guess: %j', async (claim) => {
    const guarded = authentication('orchid-7', { sessions, limit });
    const attempt = (): Promise<unknown> => enter(guarded, { ...claim, cookie });
    await expect(attempt()).rejects.toMatchObject({ code: 'unauthorized' });
    await expect(attempt()).rejects.toMatchObject({ code: 'too_many_attempts' });
  });

  test('takes nothing from the right token', async () => {
    const guarded = authentication('orchid-7', { sessions });
    const claim = { ...remote, authorization: 'Bearer orchid-7', cookie };
    expect(await enter(guarded, claim)).toMatchObject({ kind: 'token' });
  });

  test.each([`claude_bridge_session=${'x'.repeat(43)}`, `${cookie}; claude_bridge_session=x`, 'theme=dark'])(
    'that names no session counts as none, not as a guess: %s',
    async (wrong) => {
      const guarded = authentication('orchid-7', { sessions, limit });
      for (let i = 0; i < 3; i++) {
        await expect(enter(guarded, { ...remote, cookie: wrong })).rejects.toMatchObject({
          code: 'unauthorized',
        });
      }
    },
  );

  test('means nothing once its session has been signed out', async () => {
    const ended = signedIn();
    const guarded = authentication('orchid-7', { sessions: ended.sessions });
    expect(await enter(guarded, { ...remote, cookie: ended.cookie })).toMatchObject({
      kind: 'session',
    });
    ended.sessions.revoke(ended.value);
    await expect(enter(guarded, { ...remote, cookie: ended.cookie })).rejects.toMatchObject({
      code: 'unauthorized',
    });
  });

  test('opens nothing where no token is configured', async () => {
    const open = authentication(undefined, { sessions });
    await expect(enter(open, { ...remote, cookie })).rejects.toMatchObject({
      code: 'unauthenticated_network',
    });
    expect(await enter(open, { ...local, cookie })).toMatchObject({ kind: 'loopback' });
  });
});

describe('without a token', () => {
  test.each([
    local,
    { ...local, authorization: 'Bearer left-over' },
    { ...local, peerAddress: '::ffff:127.0.0.1' },
  ])('this machine comes in: %j', async (claim) => {
    expect(await enter(authentication(undefined), claim)).toMatchObject({ kind: 'loopback' });
  });

  test.each([remote, { ...local, hasForwardingHeaders: true }, { ...local, peerAddress: undefined }])(
    'others come in only where the network is opened on purpose: %j',
    async (claim) => {
      await expect(enter(authentication(''), claim)).rejects.toMatchObject({
        code: 'unauthenticated_network',
        status: 403,
      });
      expect(await enter(authentication('', { open: true }), claim)).toMatchObject({ kind: 'network' });
    },
  );

  test('the local token still makes an administrator', async () => {
    const claim = { ...local, authorization: 'Bearer per-start' };
    expect(await enter(authentication(undefined), claim)).toMatchObject({ kind: 'local' });
  });
});

describe('the brake', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const guess = (address: string): Claim => ({
    ...remote,
    authorization: 'Bearer guess',
    clientAddress: address,
  });

  /** The code of the answer to each of `times` wrong attempts. */
  async function guesses(guarded: Authentication, address: string, times: number): Promise<unknown[]> {
    const codes: unknown[] = [];
    for (let i = 0; i < times; i++) {
      codes.push(
        await enter(guarded, guess(address)).catch((error: unknown) => (error as { code: string }).code),
      );
    }
    return codes;
  }

  test('answers further failures of an address after the allowed ones, until its minute is over', async () => {
    const guarded = authentication('orchid-7', { limit: () => 3 });
    expect(await guesses(guarded, '192.0.2.7', 4)).toEqual([
      ...Array<string>(3).fill('unauthorized'),
      'too_many_attempts',
    ]);
    vi.advanceTimersByTime(20_000);
    await expect(enter(guarded, guess('192.0.2.7'))).rejects.toMatchObject({
      status: 429,
      retryAfter: 40,
    });
    expect(await guesses(guarded, '192.0.2.8', 1)).toEqual(['unauthorized']);
    vi.advanceTimersByTime(40_001);
    expect(await guesses(guarded, '192.0.2.7', 1)).toEqual(['unauthorized']);
  });

  test('never meets the right token, nor a request without one', async () => {
    const guarded = authentication('orchid-7', { limit: () => 1 });
    expect(await guesses(guarded, '192.0.2.7', 3)).toContain('too_many_attempts');
    expect(await enter(guarded, { ...remote, authorization: 'Bearer orchid-7' })).toMatchObject({
      kind: 'token',
    });
    await expect(enter(guarded, remote)).rejects.toMatchObject({ code: 'unauthorized' });
  });

  test('takes a new limit at the next failure', async () => {
    let limit = 1;
    const guarded = authentication('orchid-7', { limit: () => limit });
    expect(await guesses(guarded, '192.0.2.7', 2)).toEqual(['unauthorized', 'too_many_attempts']);
    limit = 4;
    expect(await guesses(guarded, '192.0.2.7', 3)).toEqual([
      'unauthorized',
      'unauthorized',
      'too_many_attempts',
    ]);
  });

  test('counts an IPv6 network of 64 bits as one client, in whatever spelling', async () => {
    const guarded = authentication('orchid-7', { limit: () => 2 });
    const sameNetwork = ['2001:db8::1', '2001:DB8:0:0:ffff::2', '2001:db8:0:0:1:2:3:4'];
    const codes = await Promise.all(sameNetwork.map((address) => guesses(guarded, address, 1)));
    expect(codes.flat()).toEqual(['unauthorized', 'unauthorized', 'too_many_attempts']);
    expect(await guesses(guarded, '2001:db8:0:1::1', 1)).toEqual(['unauthorized']);
    expect(await guesses(guarded, '::ffff:192.0.2.7', 1)).toEqual(['unauthorized']);
    expect(await guesses(guarded, '192.0.2.7', 2)).toEqual(['unauthorized', 'too_many_attempts']);
  });

  test('counts all further ones together when very many addresses fail, and each alone again a minute later', async () => {
    const throttle = new AuthThrottle(() => 2);
    const fail = (network: number): Promise<void> =>
      throttle.countFailure(`2001:db8:${network.toString(16)}::1`);
    for (let network = 0; network < 10_000; network++) await fail(network);
    await fail(10_000);
    await fail(10_001);
    await expect(fail(10_002)).rejects.toMatchObject({ code: 'too_many_attempts' });
    await fail(0);
    await expect(fail(0)).rejects.toMatchObject({ code: 'too_many_attempts' });
    vi.advanceTimersByTime(60_001);
    await fail(10_002);
    await fail(10_002);
    await expect(fail(10_002)).rejects.toMatchObject({ code: 'too_many_attempts' });
    await fail(10_003);
  });
});
