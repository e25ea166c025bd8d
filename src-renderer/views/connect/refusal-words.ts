import type { RefusalBody } from '../../../src-shared/api/refusals.ts';

/** Why somebody came and not in, and what helps. */
export function refusalWords({ code, path, with_credential }: RefusalBody): { title: string; help: string } {
  if (path === '/api/pairings/redeem') {
    return code === 'too_many_attempts'
      ? { title: 'Refused: too many wrong codes', help: 'It is heard again after a minute.' }
      : { title: 'Refused: wrong pairing code', help: 'Used and expired codes are wrong, too.' };
  }
  switch (code) {
    case 'unauthorized':
      return with_credential
        ? { title: 'Refused: wrong token', help: 'Copy the command again, whole.' }
        : {
            title: 'Refused: came without a token',
            help: 'The client has none in its settings, or the variable is not set where it starts.',
          };
    case 'unauthenticated_network':
      return { title: 'Refused: this relay has no token', help: 'Start it with a token for other machines.' };
    case 'too_many_attempts':
      return { title: 'Refused: too many wrong tokens', help: 'It is heard again after a minute.' };
    case 'host_not_allowed':
      return {
        title: 'Reached the relay by a name that it does not allow',
        help: 'Use an address of this list, or allow the name in Settings.',
      };
    case 'tls_required':
      return {
        title: 'Refused: came by http, and this relay speaks https',
        help: 'Clients need the address that begins with https://.',
      };
    default:
      return {
        title: `Reached the address, wrong path ${path}`,
        help: 'Clients need the address with /mcp at its end.',
      };
  }
}
