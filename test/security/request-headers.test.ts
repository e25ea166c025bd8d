import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import { requireSingleHeaders } from '../../src-main/security/duplicate-headers.ts';
import { isJsonMediaType, requireJsonMediaType } from '../../src-main/security/media-type.ts';

describe('over a real socket', () => {
  const server = createServer({ requireHostHeader: false }, (request, response) => {
    try {
      requireSingleHeaders(request.rawHeaders);
      response.end('fine');
    } catch (error) {
      response.end(error instanceof BridgeError ? `${error.code} ${error.message}` : 'unexpected');
    }
  });
  beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
  afterAll(() => server.close());

  test.each([
    [['Host: localhost', 'Origin: http://localhost'], 'fine'],
    [['Cookie: host', 'X-Host: a', 'X-Host: b', 'Host: localhost'], 'fine'],
    [['Host: localhost', 'Host: localhost'], 'more than one Host header'],
    [['Host: localhost', 'hOsT: evil.example'], 'more than one Host header'],
    [
      ['Host: localhost', 'Origin: http://a.example', 'ORIGIN: http://b.example'],
      'more than one Origin header',
    ],
    [
      ['Host: localhost', 'Authorization: Bearer a', 'authorization: Bearer b'],
      'more than one Authorization header',
    ],
  ])('%j: %s', async (headers, says) => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').setEncoding('utf8');
    socket.end(`GET / HTTP/1.1\r\n${headers.join('\r\n')}\r\nConnection: close\r\n\r\n`);
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    expect(answer).toContain(says);
  });
});

describe('the media type', () => {
  test.each([
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json ;charset=utf-8',
    'application/vnd.bridge+json',
    'application/a.b+c+json;q=1',
  ])('%s is JSON', (type) => {
    expect(isJsonMediaType(type)).toBe(true);
  });

  test.each([
    '',
    'text/plain',
    'text/json',
    'application/jsonp',
    'application/json5',
    'application/x-json',
    'application/+json',
    'application/json, text/plain',
    'text/plain; application/json',
    'application/x-www-form-urlencoded',
    'application /json',
    ' application/json',
    'application/json\ntext/plain',
  ])('%j is not JSON', (type) => {
    expect(isJsonMediaType(type)).toBe(false);
  });

  test('is decided at once, however long the header', () => {
    expect(isJsonMediaType(`application/${'a+'.repeat(50_000)}`)).toBe(false);
  });

  test.each([
    [{ 'content-type': 'application/json', origin: 'http://localhost' }, true],
    [{}, true],
    [{ 'content-type': '' }, true],
    [{ origin: 'https://evil.example' }, false],
    [{ 'sec-fetch-mode': 'no-cors' }, false],
    [{ 'sec-fetch-site': 'same-origin', 'content-type': '' }, false],
    [{ 'content-type': 'text/plain' }, false],
  ])('a body with the headers %j passes: %j', (headers, passes) => {
    const check = () => requireJsonMediaType(headers);
    if (passes) expect(check).not.toThrow();
    else expect(check).toThrow(expect.objectContaining({ code: 'unsupported_media_type', status: 415 }));
  });
});
