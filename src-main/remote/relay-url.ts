import { ConfigurationError } from '../settings/configuration-error.ts';

/** Endpoints that people copy along with the address. */
const endpoint = /\/(?:mcp|sse|status)?\/*$/;

/**
 * The base address of a relay: scheme, host, port and perhaps a path below which a proxy publishes it, without a slash
 * at its end. The address of an endpoint, such as `http://192.0.2.10:8765/mcp`, means its relay.
 * @param where the flag or variable that holds it
 * @throws ConfigurationError
 */
export function readRelayUrl(text: string, where: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new ConfigurationError(`${where} must be an address such as http://192.0.2.10:8765`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new ConfigurationError(`${where} must not hold a secret; give the token by --token-file`);
  }
  return url.origin + url.pathname.replace(endpoint, '');
}
