import { BridgeError } from '../../src-shared/bridge-error.ts';
import { clients } from '../../src-shared/connect/client.ts';
import type { Connection, StdioServer } from '../../src-shared/connect/connection.ts';
import type { ConfiguredClientId } from '../../src-shared/connect/setup.ts';
import { detectable, detectClients } from '../clients/detect.ts';
import type { Place } from '../clients/place.ts';
import { carryOut, makePlan } from '../clients/plan.ts';
import type { EmbeddedRelay } from './embedded-relay.ts';
import type { ClientConnector } from './first-run-guide.ts';

export interface ClientConnectorParts {
  relay: EmbeddedRelay;
  /** What a client starts where it cannot come over HTTP; null where no path to it lasts. */
  stdioServer: StdioServer | null;
  place: Place;
  version: string;
}

/** Connects the agent programs of this computer to the relay in this application, for everything that the user does. */
export function clientConnector({
  relay,
  stdioServer,
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
      const connection = connectionFor(client, relay, stdioServer);
      await carryOut(makePlan(client, 'user', connection, place), place);
      // As big as the rest of the program together, and of use only here.
      const { verifyConnection } = await import('../clients/verify.ts');
      const { ms } = await verifyConnection(connection, { token: undefined, fetch, version });
      return { roundTripMs: ms };
    },
  };
}

/**
 * Over HTTP where nothing is needed for that. Where a token is, or a certificate that the client may not know, over stdio
 * on the same database, so that no secret lies in settings or is seen in a list of processes.
 */
function connectionFor(
  client: ConfiguredClientId,
  relay: EmbeddedRelay,
  server: StdioServer | null,
): Connection {
  const { running, error } = relay.status();
  if (!running) throw new BridgeError('relay_stopped', error?.message ?? 'the relay is stopped');
  const { token } = relay;
  const http = { transport: 'http', baseUrl: running.url } as const;
  if (token === undefined && !running.tls) return { ...http, token: 'none' };
  if (server) return { transport: 'stdio', server, token: 'none' };
  if (running.tls) {
    throw new BridgeError(
      'conflict',
      'it may not know the certificate of this relay, and an AppImage has no tool that it could start; the deb package has',
    );
  }
  // Its own program keeps its settings, and takes the token among its words.
  if (client === 'claude') {
    throw new BridgeError(
      'conflict',
      'its token could be seen in the list of processes while it is connected; use the command that the tray copies, or the deb package',
    );
  }
  // Into a file of its own that we edit ourselves.
  return { ...http, token: token === undefined ? 'none' : { value: token } };
}
