import type { Settings } from '../../src-shared/settings.ts';
import { Port } from '../http/port.ts';
import { certificateOf } from './certificate-keeper.ts';
import { policiesOf } from './policies.ts';

/**
 * Tries settings for a relay that does not run, as far as that can be done.
 * @throws BridgeError `invalid_value`, `port_unavailable`
 */
export async function checkAtRest(before: Settings, next: Settings): Promise<void> {
  policiesOf(next);
  certificateOf(next);
  // Whoever has the port of before may well be why this relay does not run.
  if (before.host === next.host && before.port === next.port) return;
  const port = await Port.bind(
    { host: next.host, port: next.port },
    { take: (socket) => socket.destroy(), onError: () => undefined },
  );
  port.close();
}
