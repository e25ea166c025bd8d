import { beforeAll, describe, expect, test } from 'vitest';
import { bearer, get, post, send } from '../support/http-client.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { head, rawExchange } from '../support/raw-http.ts';
import { admin, makeToken } from '../tokens/requests.ts';

/**
 * Whoever may read and write one channel tries to have another named behind the back of who decides: in a parameter, a
 * path, a header or a key that two readers could take differently.
 */

const secret = 'what nobody else may read';

let relay: Relay;
let token: string;

beforeAll(async () => {
  relay = await startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: 'an-example-token' } });
  const channels = { read: ['own', 'own:*'], send: ['own', 'own:*'] };
  token = (await makeToken(relay, { channels })).token;
  await send(relay, { channel: 'vault', content: secret }, admin(relay));
  await send(relay, { channel: 'own', content: 'what all may read' }, admin(relay));
});

const addresses = [
  ['the channel twice, the own one first', '/api/messages?channel=own&channel=vault', 403],
  ['the channel twice, the own one last', '/api/messages?channel=vault&channel=own', 200],
  ['a name with an escaped letter', '/api/messages?channel=own&chann%65l=vault', 403],
  ['an escaped separator', '/api/messages?channel=own%26channel=vault', 403],
  ['another separator', '/api/messages?channel=own;channel=vault', 403],
  ['a list', '/api/messages?channel=own&channel[]=vault&channel[0]=vault', 200],
  ['another case', '/api/messages?channel=own&Channel=vault&CHANNEL=vault', 200],
  ['the end of a text', '/api/messages?channel=own%00vault', 403],
  ['the end of a line', '/api/messages?channel=own%0d%0achannel=vault', 403],
  ['blanks around the name', '/api/messages?channel=%20vault%20', 403],
  ['a folder above', '/api/messages?channel=own:/../vault', 200],
  ['a pattern', '/api/messages?channel=*', 403],
  ['two channels', '/events?channel=own&channel=vault', 403],
  ['two channels, one of them escaped', '/events?channel=own&chann%65l=vault', 403],
  ['a path above', '/events/channel/own/../vault', 403],
  ['an escaped path above', '/events/channel/own%2f..%2fvault', 403],
  ['a path twice escaped', '/events/channel/%256fwn', 403],
  ['a query in the path', '/events/channel/vault%3fchannel=own', 403],
  ['another place in the address', 'http://localhost/api/messages?channel=vault#?channel=own', 403],
] as const;

/** The head of the answer to one request, and what came of its body. */
async function ask(target: string, ...lines: string[]): Promise<{ status: number; text: string }> {
  const request = head(`GET ${target} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...lines);
  const [answer] = await rawExchange(relay, request);
  return { status: answer?.status ?? 0, text: answer?.text ?? '' };
}

describe('another channel cannot be read by', () => {
  test.each(addresses)('%s', async (_what, target, status) => {
    const answer = await ask(target, `Authorization: Bearer ${token}`);
    expect(answer.text).not.toContain(secret);
    expect(answer.status).toBe(status);
  });

  test.each([
    'X-Original-URL: /api/messages?channel=vault',
    'X-Rewrite-URL: /api/messages?channel=vault',
    'X-Original-URI: /api/messages?channel=vault',
    'X-HTTP-Method-Override: DELETE',
    'X-Forwarded-Prefix: /api/messages?channel=vault&',
    'X-Forwarded-User: administrator',
    'X-Channel: vault',
    'Cookie: channel=vault; token=an-example-token',
    'Last-Event-ID: vault',
  ])('the header %s', async (line) => {
    const answer = await ask('/api/messages?channel=own', `Authorization: Bearer ${token}`, line);
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('what all may read');
    expect(answer.text).not.toContain(secret);
  });

  test('a second credential', async () => {
    const [limited, other] = [`Authorization: Bearer ${token}`, 'Authorization: Bearer an-example-token'];
    for (const [lines, status] of [
      [[limited, other], 400],
      [[other, limited], 400],
      [[`${limited}, Bearer an-example-token`], 401],
      [[limited, 'Proxy-Authorization: Bearer an-example-token'], 403],
    ] as const) {
      const answer = await ask('/api/messages?channel=vault', ...lines);
      expect.soft([lines, answer.status]).toEqual([lines, status]);
      expect(answer.text).not.toContain(secret);
    }
    // A token in the address counts for streams alone, and not beside another credential.
    const stream = await ask('/events/channel/vault?token=an-example-token', limited);
    expect([400, 401, 403]).toContain(stream.status);
    const doubled = await ask(`/events/channel/vault?token=an-example-token&token=${token}`);
    expect([400, 401, 403]).toContain(doubled.status);
  });
});

test('another channel cannot be written to by a key that two readers could take differently', async () => {
  const rest = '"sender":"own","content":"planted"';
  for (const [body, status] of [
    [`{"channel":"own","channel":"vault",${rest}}`, 403],
    [`{"channel":"vault","channel":"own",${rest}}`, 200],
    [`{"channel":"own","chann\\u0065l":"vault",${rest}}`, 403],
    [`{"channel":"own","Channel":"vault","__proto__":{"channel":"vault"},${rest}}`, 200],
    [`{"channel":["own","vault"],${rest}}`, 400],
    [`{"channel":"own\\u0000vault",${rest}}`, 400],
    [`{"__proto__":{"channel":"own"},"channel":"vault",${rest}}`, 403],
    [`{"channel":"own",${rest}}{"channel":"vault",${rest}}`, 400],
  ] as const) {
    const answer = await post(relay, '/api/send', body, bearer(token));
    expect([body, answer.status]).toEqual([body, status]);
  }
  const byAddress = await post(
    relay,
    '/api/send?channel=own',
    { channel: 'vault', sender: 'own', content: 'x' },
    bearer(token),
  );
  expect(byAddress.status).toBe(403);
  const vault = await get(relay, '/api/messages?channel=vault', admin(relay));
  expect(vault.body).toMatchObject({ messages: [{ preview: secret }] });
  const own = await get(relay, '/api/messages?channel=own', bearer(token));
  expect(own.text.match(/planted/g)).toHaveLength(2);
});
