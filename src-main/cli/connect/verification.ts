import { BridgeError, type ErrorBody } from '../../../src-shared/bridge-error.ts';
import { tokenVariable } from '../../../src-shared/connect/client.ts';
import { mcpUrl } from '../../../src-shared/connect/connection.ts';
import type { Proof } from '../../clients/verify.ts';
import { version } from '../version.ts';
import type { Wish } from './wish.ts';

export type Verdict = { proof: Proof; where: string } | { failure: BridgeError };

/** Does what the client will do, with the token that it will have. */
export async function verify({ connection, credential, fetch }: Wish): Promise<Verdict> {
  const { verifyConnection } = await import('../../clients/verify.ts');
  try {
    const proof = await verifyConnection(connection, { token: credential?.value, fetch, version });
    return { proof, where: connection.transport === 'stdio' ? 'the other end of stdio' : mcpUrl(connection) };
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    const help = advice(error, { credential, isHttp: connection.transport !== 'stdio' });
    return {
      failure: new BridgeError(
        error.code,
        `the entry is there, but does not work yet: ${error.message}; ${help}`,
      ),
    };
  }
}

export function verdictBody(verdict: Verdict): (Proof & { where: string }) | ErrorBody {
  return 'proof' in verdict ? { ...verdict.proof, where: verdict.where } : verdict.failure.toBody();
}

/** What to do about it. */
function advice(
  { code, message }: BridgeError,
  { credential, isHttp }: { credential: Wish['credential']; isHttp: boolean },
): string {
  if (isHttp && code === 'unreachable' && message.includes('certificate')) {
    return 'clients that run on Node trust the file that NODE_EXTRA_CA_CERTS names; with --transport stdio this program checks it for them';
  }
  switch (code) {
    case 'unauthorized':
      return credential === undefined
        ? `set ${tokenVariable} to the relay's token and run this again`
        : 'the token that is known here is not that of the relay';
    case 'unauthenticated_network':
      return 'start the relay with a token';
    case 'host_not_allowed':
      return 'or use an address that claude-bridge connect names';
    case 'too_many_attempts':
      return 'wait a minute';
    case 'tls_required':
      return 'use that address';
    case 'unreachable':
      return 'see that the relay runs and that address, port and firewall let you through, then run this again';
    default:
      return 'the log of the relay may say more';
  }
}
