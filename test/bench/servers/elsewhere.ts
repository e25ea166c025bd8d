import type { Address } from '../load/connection.ts';
import type { Usage } from './process-usage.ts';

/** A server that somebody else has started. Nothing is known of its process. */
export class ElsewhereServer {
  readonly address: Address;

  /** @throws Error for anything but a plain HTTP address without a path */
  constructor(url: string) {
    const { protocol, hostname, port, pathname } = new URL(url);
    if (protocol !== 'http:' || pathname !== '/')
      throw new Error(`${url} is not of the form http://host:port`);
    this.address = { host: hostname, port: port === '' ? 80 : Number(port) };
  }

  usage(): Usage | undefined {
    return undefined;
  }
}
