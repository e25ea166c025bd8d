import type { Address } from '../load/connection.ts';
import { httpRequest, message } from '../requests.ts';

/** The channel of the subscribers. */
const { channel } = message(0);

export function streamRequests(address: Address, subscribers: number): string[] {
  const path = `/events/channel/${encodeURIComponent(channel)}`;
  const request = httpRequest(address, { method: 'GET', path, headers: { Accept: 'text/event-stream' } });
  return Array.from({ length: subscribers }, () => request);
}

/** A send whose content is still to be filled in; it is declared as long as it will be. */
export function pacedRequest(address: Address): string {
  const content = 'bench 0000000000 0000000000000000';
  const body = { channel, sender: 'load', content };
  return httpRequest(address, { method: 'POST', path: '/api/send', body }).replace(content, '{message}');
}
