import { describe, expect, it } from 'vitest';
import { AnswerReader, type HttpAnswer } from './load/http-answer.ts';

const withLength = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
const lowerCase = 'HTTP/1.1 404 Not Found\r\nserver: x\r\ncontent-length: 2\r\n\r\nno';
const chunked =
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA\r\n, agents 1\r\n0\r\n\r\n';
const empty = 'HTTP/1.1 202 Accepted\r\nDate: today\r\n\r\n';

/** Feeds pieces of `size` characters, as reads may cut an answer anywhere. */
function read(text: string, size: number): HttpAnswer[] {
  const reader = new AnswerReader();
  const answers: HttpAnswer[] = [];
  for (let at = 0; at < text.length; at += size) {
    const answer = reader.feed(text.slice(at, at + size));
    if (answer) answers.push(answer);
  }
  return answers;
}

describe('the answer reader of the load generator', () => {
  it.each([
    ['an answer with a length', withLength, 200],
    ['a header in lower case', lowerCase, 404],
    ['an answer in chunks', chunked, 200],
    ['an answer without a body', empty, 202],
  ])('takes %s in one read or in many', (_what, text, status) => {
    for (const size of [1, 7, text.length]) expect(read(text, size)).toEqual([{ status, text }]);
  });

  it('tells the answers of one connection apart', () => {
    const reader = new AnswerReader();
    expect(reader.feed(withLength)?.status).toBe(200);
    expect(reader.feed(lowerCase)?.status).toBe(404);
  });
});
