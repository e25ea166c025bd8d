import { describe, expect, test } from 'vitest';
import { OriginPolicy } from '../../src-main/security/origin-policy.ts';

const own = new OriginPolicy([]);

function mayWrite(
  policy: OriginPolicy,
  origin: string,
  host = 'localhost:8765',
  scheme: 'http' | 'https' = 'http',
): boolean {
  try {
    policy.require({ method: 'POST', origin, host, scheme });
    return true;
  } catch {
    return false;
  }
}

describe('a write', () => {
  test.each<[string, string, 'http' | 'https']>([
    ['http://localhost:8765', 'localhost:8765', 'http'],
    ['http://LOCALHOST:8765', 'localhost:8765', 'http'],
    ['http://bridge.example', 'bridge.example:80', 'http'],
    ['http://bridge.example:80', 'bridge.example', 'http'],
    ['https://bridge.example', 'Bridge.Example:443', 'https'],
    ['http://[::1]:8765', '[::1]:8765', 'http'],
    ['http://[0:0::1]:8765', '[::1]:8765', 'http'],
  ])('from %s to %s over %s is one of our own pages', (origin, host, scheme) => {
    expect(mayWrite(own, origin, host, scheme)).toBe(true);
  });

  test.each<[string, string, 'http' | 'https']>([
    ['http://localhost:3000', 'localhost:8765', 'http'],
    ['http://localhost:8765', '127.0.0.1:8765', 'http'],
    ['https://localhost:8765', 'localhost:8765', 'http'],
    ['http://localhost:8765', 'localhost:8765', 'https'],
    ['http://localhost', 'localhost:8765', 'http'],
    ['https://evil.example', 'localhost:8765', 'http'],
    ['http://localhost:8765.evil.example', 'localhost:8765', 'http'],
    ['null', 'localhost:8765', 'http'],
    ['', 'localhost:8765', 'http'],
    ['http://', '', 'http'],
    ['file://', 'localhost:8765', 'http'],
    ['app://localhost:8765', 'localhost:8765', 'http'],
    ['http://localhost:8765/', 'localhost:8765', 'http'],
    ['http://localhost:8765 ', 'localhost:8765', 'http'],
    ['http://localhost:8765 http://localhost:8765', 'localhost:8765', 'http'],
    ['http://localhost:8765, http://localhost:8765', 'localhost:8765', 'http'],
    ['http:localhost:8765', 'localhost:8765', 'http'],
    ['http:\\\\localhost:8765', 'localhost:8765', 'http'],
    ['http://x@localhost:8765', 'localhost:8765', 'http'],
    ['http://localhost:8765#', 'localhost:8765', 'http'],
    ['http://localhost:99999', 'localhost:99999', 'http'],
  ])('from %j to %j over %s is refused', (origin, host, scheme) => {
    expect(mayWrite(own, origin, host, scheme)).toBe(false);
  });

  test('from a listed origin is allowed, from its neighbours not', () => {
    const policy = new OriginPolicy(['https://Dash.example.com:443/', 'app://bundle']);
    for (const origin of ['https://dash.example.com', 'app://bundle'])
      expect(mayWrite(policy, origin)).toBe(true);
    for (const origin of ['http://dash.example.com', 'https://x.dash.example.com', 'app://other', 'null']) {
      expect(mayWrite(policy, origin)).toBe(false);
    }
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])('by %s is checked and its refusal says why', (method) => {
    const check = { method, origin: 'https://evil.example', host: 'localhost', scheme: 'http' } as const;
    expect(() => own.require(check)).toThrow(
      expect.objectContaining({
        code: 'origin_not_allowed',
        status: 403,
        field: 'Origin',
        message: 'pages of the origin "https://evil.example" may not write to this relay',
      }),
    );
  });

  test('without an Origin comes from no page and is allowed', () => {
    own.require({ method: 'POST', origin: undefined, host: 'localhost', scheme: 'http' });
  });
});

test('reads are not checked', () => {
  for (const method of ['GET', 'HEAD', 'OPTIONS']) {
    own.require({ method, origin: 'https://evil.example', host: 'localhost', scheme: 'http' });
  }
});

describe('CORS', () => {
  const policy = new OriginPolicy(['https://dash.example.com']);

  test('is for listed origins only', () => {
    for (const origin of ['http://localhost:3000', 'https://evil.example', 'null', '*', '', undefined]) {
      expect.soft(policy.responseHeaders(origin)).toEqual({});
      expect.soft(policy.preflight(origin)).toBeUndefined();
    }
    expect(own.preflight('http://localhost:8765')).toBeUndefined();
  });

  test('echoes a listed origin and exposes the session', () => {
    expect(policy.responseHeaders('https://dash.example.com')).toEqual({
      'Access-Control-Allow-Origin': 'https://dash.example.com',
      'Access-Control-Allow-Credentials': 'true',
      'Access-Control-Expose-Headers': 'Mcp-Session-Id',
    });
  });

  test('answers a preflight with what clients need', () => {
    expect(policy.preflight('https://dash.example.com')).toMatchObject({
      'Access-Control-Allow-Origin': 'https://dash.example.com',
      'Access-Control-Allow-Methods': 'GET, POST, PATCH, DELETE, OPTIONS',
      'Access-Control-Allow-Headers':
        'Authorization, Content-Type, Last-Event-ID, Mcp-Session-Id, MCP-Protocol-Version',
      'Access-Control-Max-Age': '600',
    });
  });

  test.each([
    '',
    '*',
    'null',
    'dash.example.com',
    'https://*.example.com',
    'https://dash.example.com/path',
    'https://a.example,https://b.example',
  ])('with the origin %j stops the start', (entry) => {
    expect(() => new OriginPolicy([entry])).toThrow(`the CORS origin "${entry}" is not an origin`);
  });
});
