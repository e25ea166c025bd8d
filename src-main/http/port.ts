import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { BridgeError } from '../../src-shared/bridge-error.ts';

export interface Place {
  host: string;
  /** 0 lets the system choose. */
  port: number;
}

export interface PortParts {
  /** Gets each connection that comes in. */
  take: (socket: Socket) => void;
  /** Told when a connection could not be accepted; the port stays open. */
  onError: (error: Error) => void;
}

/**
 * A bound address. Who speaks to a connection is decided when it comes in, so that the protocol can change without a
 * moment in which nobody listens.
 */
export class Port {
  /** The address that was bound. */
  readonly address: string;
  /** The port that was bound. */
  readonly number: number;
  readonly #server: Server;

  private constructor(server: Server) {
    const { address, port } = server.address() as AddressInfo;
    this.address = address;
    this.number = port;
    this.#server = server;
  }

  /** @throws BridgeError `port_unavailable` with the reason */
  static bind(place: Place, { take, onError }: PortParts): Promise<Port> {
    // As Node's HTTP server has it: a client may stop sending before it has read the answer.
    const server = createServer({ allowHalfOpen: true, noDelay: true }, take);
    return new Promise((resolve, reject) => {
      const refuse = (error: Error) => reject(unavailable(place, error));
      server.once('error', refuse);
      server.listen(place, () => {
        server.off('error', refuse).on('error', onError);
        resolve(new Port(server));
      });
    });
  }

  /** Frees the address at once. The connections that came in over it stay. */
  close(): void {
    this.#server.close();
  }
}

/** Whether a port could not be bound because something has it already. */
export function isTaken(error: unknown): boolean {
  return error instanceof BridgeError && (error.cause as NodeJS.ErrnoException).code === 'EADDRINUSE';
}

/** Whether a port could not be bound because this machine does not have the address, or nothing of its family. */
export function isAbsent(error: BridgeError): boolean {
  const { code } = error.cause as NodeJS.ErrnoException;
  return code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT';
}

function unavailable({ host, port }: Place, error: NodeJS.ErrnoException): BridgeError {
  const { words, field } = reason(error);
  return new BridgeError('port_unavailable', `cannot listen on ${host} port ${port}: ${words}`, {
    field,
    cause: error,
  });
}

function reason(error: NodeJS.ErrnoException): { words: string; field?: string } {
  switch (error.code) {
    case 'EADDRINUSE':
      return {
        words:
          'the port is in use by another program (choose another with --port; claude-bridge doctor says whose it is)',
        field: 'port',
      };
    case 'EACCES':
      return {
        words: 'this port needs administrator rights (choose one above 1023 with --port)',
        field: 'port',
      };
    case 'EADDRNOTAVAIL':
      return { words: 'this machine does not have that address (see --host)', field: 'host' };
    case 'ENOTFOUND':
      return { words: 'the host name cannot be resolved (see --host)', field: 'host' };
    default:
      return { words: error.message };
  }
}
