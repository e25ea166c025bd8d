import type { ApiClient } from '../../src-shared/client/api-client.ts';

/** A code with which another machine fetches a token of its own, once and within minutes: to read and to send. */
export async function pairingCode(api: ApiClient): Promise<string> {
  const { code } = await api.createPairing({ rights: ['read', 'send'] });
  return code;
}
