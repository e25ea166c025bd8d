import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { expiredSessionCookie, readSessionCookie, sessionCookie } from '../../src-main/security/cookies.ts';

const value = `${'Ab3-_'.repeat(8)}xyz`;
const other = `${'Zz9-_'.repeat(8)}abc`;
const ours = `claude_bridge_session=${value}`;

describe('the session in a Cookie header', () => {
  test.each([
    ours,
    `theme=dark; ${ours}`,
    `${ours}; theme=dark`,
    `theme=dark;${ours};lang=en`,
    `  ${ours}\t`,
    `;; ; ${ours};`,
    `a=${ours.slice(-10)}=; =; b; ${ours}`,
    `xclaude_bridge_session=${other}; ${ours}`,
    `Claude_Bridge_Session=${other}; ${ours}`,
    `theme=${'x'.repeat(100_000)}; ${ours}`,
  ])('is found among others: %.80s', (header) => {
    expect(readSessionCookie(header)).toBe(value);
  });

  test.each([
    undefined,
    '',
    ';',
    'claude_bridge_session',
    'claude_bridge_session=',
    'theme=dark',
    value,
    `__proto__=${value}`,
    `constructor=${value}`,
    `xclaude_bridge_session=${value}`,
    `claude_bridge_session2=${value}`,
    `CLAUDE_BRIDGE_SESSION=${value}`,
    `theme="; claude_bridge_session=${value}"`,
    `claude_bridge_session="${value}"`,
    `claude_bridge_session=${value.slice(1)}`,
    `claude_bridge_session=${value}x`,
    `claude_bridge_session=${value.slice(0, -1)}%`,
    `claude_bridge_session=${value.slice(0, -1)}ÿ`,
    `claude_bridge_session=${value.slice(0, -1)} `,
    `claude_bridge_session=${value}\nx`,
    `claude_bridge_session=${value},claude_bridge_session=${value}`,
    `claude_bridge_session=${'x'.repeat(1_000_000)}`,
  ])('is absent when there is none that could be ours: %.80s', (header) => {
    expect(readSessionCookie(header)).toBeUndefined();
  });

  test.each([
    `${ours}; claude_bridge_session=${other}`,
    `${ours}; ${ours}`,
    `claude_bridge_session=; ${ours}`,
    `${ours}; claude_bridge_session=junk`,
    `${ours}; theme=dark; claude_bridge_session = ${other}`,
  ])('is absent when there are two: %s', (header) => {
    expect(readSessionCookie(header)).toBeUndefined();
  });

  test('is absent when it comes in two headers', async () => {
    const server = createServer((request, response) =>
      response.end(String(readSessionCookie(request.headers.cookie))),
    );
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const ask = async (headers: string): Promise<string | undefined> => {
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
      socket.end(`GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${headers}\r\n`);
      let answer = '';
      for await (const chunk of socket.setEncoding('utf8')) answer += String(chunk);
      return answer.split('\r\n\r\n')[1];
    };
    expect(await ask(`Cookie: theme=dark\r\ncookie: ${ours}\r\n`)).toContain(value);
    expect(await ask(`Cookie: ${ours}\r\nCookie: claude_bridge_session=${other}\r\n`)).toContain('undefined');
    server.close();
  });
});

describe('the Set-Cookie header', () => {
  const signedIn = { value, maxAgeSeconds: 28_800 };

  test('keeps the cookie from scripts and from other sites', () => {
    expect(sessionCookie(signedIn, { secure: false })).toBe(
      `${ours}; HttpOnly; Max-Age=28800; Path=/; SameSite=Strict`,
    );
  });

  test('is Secure where the client used HTTPS', () => {
    expect(sessionCookie(signedIn, { secure: true })).toMatch(/; Secure$/);
    expect(expiredSessionCookie({ secure: true })).toMatch(/; Secure$/);
  });

  test('of a sign-out takes the same cookie away', () => {
    expect(expiredSessionCookie({ secure: false })).toBe(
      'claude_bridge_session=; HttpOnly; Max-Age=0; Path=/; SameSite=Strict',
    );
  });
});
