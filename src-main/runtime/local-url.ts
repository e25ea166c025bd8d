import { urlHost } from '../security/ip-address.ts';

export interface BoundTo {
  scheme: 'http' | 'https';
  /** What the relay was told to bind. */
  host: string;
  port: number;
}

/** Where this machine reaches the relay. */
export function localUrl({ scheme, host, port }: BoundTo): string {
  return `${scheme}://${localHost(host)}:${port}`;
}

function localHost(host: string): string {
  if (host === '0.0.0.0' || host === '') return '127.0.0.1';
  if (host === '::' || host === '[::]') return '[::1]';
  return urlHost(host);
}
