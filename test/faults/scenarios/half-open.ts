import { connect, type Socket } from 'node:net';
import { Load } from '../parts/load.ts';
import { until } from '../parts/pause.ts';
import { RelayUnderTest } from '../parts/relay.ts';
import type { Scenario } from '../scenario.ts';

/** What connections say before they fall silent. */
const beginnings = [
  '',
  'GET /sta',
  'POST /api/send HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"channel":',
  'GET /events?all=1 HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n',
] as const;

export const halfOpen: Scenario = {
  name: 'half-open',
  title: 'Half-open connections',
  method:
    'Hundreds of connections say nothing, half a request, half a body, or open a stream, and fall silent; some close their half. Others must be served meanwhile; in the end the relay stops within its time, with exit code 0. The usual and the long run wait until those that never finish a request are cut off.',
  async run({ random, model, folder, sized }) {
    await using relay = await RelayUnderTest.start({ folder });
    const load = await Load.begin({ place: relay.place, model, random, restMs: 3 });
    const count = sized({ short: 60, usual: 400, long: 800 });
    let open = count;
    const unfinished: Socket[] = [];
    const sockets = Array.from({ length: count }, () => {
      const beginning = random.pick(beginnings);
      const socket = connect(relay.place.port, relay.place.host, () => {
        socket.write(beginning);
        if (random.chance(0.3)) socket.end();
      });
      if (beginning.startsWith('GET /sta') && !beginning.endsWith('\r\n\r\n')) unfinished.push(socket);
      // What is not read keeps a connection from ending.
      if (!beginning.startsWith('GET /events')) socket.resume();
      return socket.on('error', () => undefined).once('close', () => open--);
    });
    await load.progress(sized({ short: 100, usual: 500, long: 3_000 }));
    const isCut = () => unfinished.every(({ closed }) => closed);
    const cutMs = sized({ short: 0, usual: 70_000, long: 70_000 });
    if (cutMs > 0) await until(isCut, 'connections that never finish their request are not cut off', cutMs);
    const stored = await load.settle();
    const started = performance.now();
    const exit = await relay.stop();
    const ms = Math.round(performance.now() - started);
    if (exit.code !== 0) model.violated(`it stopped with exit code ${exit.code ?? 0}`);
    for (const socket of sockets) socket.destroy();
    return {
      connections: count,
      'left when it was stopped': open,
      'stopped in (ms)': ms,
      stored: stored.length,
    };
  },
};
