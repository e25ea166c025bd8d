import { BridgeError } from '../../src-shared/bridge-error.ts';
import { clients } from '../../src-shared/connect/client.ts';
import type { Connection } from '../../src-shared/connect/connection.ts';
import { stdioServer, type Installation } from '../../src-shared/connect/stdio-server.ts';
import { detectable, detectClients } from '../clients/detect.ts';
import type { Place } from '../clients/place.ts';
import { carryOut, makePlan } from '../clients/plan.ts';
import type { EmbeddedRelay } from './embedded-relay.ts';
import type { ClientConnector } from './first-run-guide.ts';

export interface ClientConnectorParts {
  relay: EmbeddedRelay;
  /** What a client starts where it cannot come over HTTP. */
  installation: Installation;
  place: Place;
  version: string;
}

/** Connects the agent programs of this computer to the relay in this application, for everything that the user does. */
export function clientConnector({
  relay,
  installation,
  place,
  version,
}: ClientConnectorParts): ClientConnector {
  return {
    find: () =>
      Promise.resolve(
        detectClients(place)
          .filter(({ found }) => found !== undefined)
          .map(({ client }) => ({
            id: client,
            name: clients[client].name,
            version: null,
            progress: { kind: 'found' },
          })),
      ),
    connect: async (id) => {
      const client = detectable.find((known) => known === id);
      if (!client) throw new BridgeError('not_found', `there is no client ${id}`);
      const connection = connectionTo(relay, installation);
      await carryOut(makePlan(client, 'user', connection, place), place);
      // As big as the rest of the program together, and of use only here.
      const { verifyConnection } = await import('../clients/verify.ts');
      const { ms } = await verifyConnection(connection, { token: undefined, fetch, version });
      return { roundTripMs: ms };
    },
  };
}

/** Over HTTP, with the token itself in settings of their own; with TLS, whose certificate they may not know, over stdio. */
function connectionTo(relay: EmbeddedRelay, installation: Installation): Connection {
  const { running, error } = relay.status();
  if (!running) throw new BridgeError('relay_stopped', error?.message ?? 'the relay is stopped');
  if (running.tls) {
    return { transport: 'stdio', server: stdioServer(installation, { args: [], env: {} }), token: 'none' };
  }
  const { token } = relay;
  return { transport: 'http', baseUrl: running.url, token: token === undefined ? 'none' : { value: token } };
}
