import { hostname } from 'node:os';
import type { RedemptionRequest, RedemptionResponse } from '../../../src-shared/api/pairings.ts';
import { BridgeError } from '../../../src-shared/bridge-error.ts';
import { ApiClient } from '../../../src-shared/client/api-client.ts';
import { nodeFetch } from '../../remote/node-fetch.ts';
import { CommandFailure } from '../failure.ts';
import type { Server } from './server.ts';

/**
 * Exchanges the code for a token of this machine.
 * @param name what this machine is to be called; without one what the code says, else its host name
 * @throws BridgeError as the relay refuses; CommandFailure `denied` when somebody stands in between
 */
export async function redeem(
  server: Server,
  { code, name }: { code: string; name: string | undefined },
): Promise<RedemptionResponse> {
  const client = new ApiClient({ url: server.url, fetch: nodeFetch(server.trust) });
  const exchange = (label: string | undefined) => {
    const body: RedemptionRequest = { code, label: label ?? null };
    return client.call<RedemptionResponse>({ method: 'POST', path: '/api/pairings/redeem', body });
  };
  const answer = await exchange(name).catch((error: unknown) => {
    // The code stays open: the relay only wants to know the name.
    const wantsName = error instanceof BridgeError && error.code === 'required' && error.field === 'label';
    if (name !== undefined || !wantsName) throw error;
    return exchange(hostname());
  });
  const { tls_fingerprint: own } = answer;
  if (own !== null && server.shown !== undefined && own !== server.shown) {
    throw new CommandFailure(
      'denied',
      `the relay has another certificate (SHA-256 ${own}) than the one that was shown here: somebody stands in between; revoke the token ${answer.label} on the relay`,
    );
  }
  return answer;
}
