import { Agent, type AgentOptions } from 'node:https';
import { connect, type ConnectionOptions } from 'node:tls';
import type { Duplex } from 'node:stream';
import { NoConnection } from './no-connection.ts';

/**
 * Connects to one certificate and no other. A request gets its connection only after the certificate was compared, so
 * nothing is sent to somebody else.
 */
export class PinnedAgent extends Agent {
  readonly #fingerprint: string;

  /** @param fingerprint see `readFingerprint` */
  constructor(fingerprint: string, options: AgentOptions) {
    // A resumed session would bring no certificate to compare.
    super({ ...options, maxCachedSessions: 0 });
    this.#fingerprint = fingerprint;
  }

  override createConnection(
    options: ConnectionOptions,
    callback: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const socket = connect({ ...options, rejectUnauthorized: false });
    const failed = (error: Error) => callback(error, socket);
    socket.once('error', failed);
    socket.once('secureConnect', () => {
      socket.off('error', failed);
      const found = socket.getPeerX509Certificate()?.fingerprint256;
      if (found === this.#fingerprint) {
        callback(null, socket);
        return;
      }
      const words = `its certificate is not the expected one: its SHA-256 fingerprint is ${found ?? 'unknown'}`;
      socket.destroy();
      callback(new NoConnection(words, false), socket);
    });
  }
}
