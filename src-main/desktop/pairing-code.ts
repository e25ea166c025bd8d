import type { ApiClient } from '../../src-shared/client/api-client.ts';

/** A code with which another machine fetches a token of its own, once and within minutes. */
export async function pairingCode(api: ApiClient): Promise<string> {
  const { code } = await api.call<{ code: string }>({ method: 'POST', path: '/api/pairings', body: {} });
  return code;
}
