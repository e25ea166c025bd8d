import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { EventStream } from '../../src-main/http/event-stream.ts';
import { openEvents } from '../support/event-reader.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('4.5 a quiet stream says every 15 seconds, in a comment with the time, that it lives', async () => {
  vi.useFakeTimers({
    toFake: ['setInterval', 'clearInterval', 'Date'],
    now: Date.UTC(2026, 10, 22, 15, 58, 38, 988),
  });
  await using server = createServer((_request, response) => {
    new EventStream(response, { bufferBytes: () => 65_536 });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  using stream = await openEvents({ port: (server.address() as AddressInfo).port }, '/');

  vi.advanceTimersByTime(14_999);
  vi.advanceTimersByTime(1);
  vi.advanceTimersByTime(15_000);
  await stream.received(': ping - 2026-11-22 15:59:08.988000+00:00\r\n\r\n');
  expect(stream.text).toBe(
    ': ping - 2026-11-22 15:58:53.988000+00:00\r\n\r\n: ping - 2026-11-22 15:59:08.988000+00:00\r\n\r\n',
  );

  stream.close();
  await vi.waitUntil(() => vi.getTimerCount() === 0);
});
