import type { RelayAddress } from './api/addresses.ts';
import type { ListenChoice } from './first-run.ts';

const reaches: Partial<Record<RelayAddress['kind'], { title: string; reach: string }>> = {
  tailnet: { title: 'This computer and Tailscale', reach: 'Your own machines, from anywhere, encrypted' },
  lan: { title: 'This computer and the local network', reach: 'Anyone on this network who has a token' },
};

/**
 * Where a relay on this computer may listen, best first: the networks that it is in, itself alone, and all of them.
 * @param addresses every address of the machine, the best for others first
 */
export function listenChoices(addresses: readonly RelayAddress[]): ListenChoice[] {
  const networks = addresses.flatMap(({ host, kind }) => {
    const words = reaches[kind];
    return words ? [{ host, ...words, recommended: false }] : [];
  });
  const alone = { host: '127.0.0.1', title: 'This computer only', reach: 'No other machine can connect' };
  const all = {
    host: '0.0.0.0',
    title: 'All networks',
    reach: 'Anyone who can reach this computer and has a token',
  };
  // A tailnet is encrypted and has the owner's machines only; of any other network that cannot be known.
  const best = networks.find(({ host }) =>
    addresses.some((one) => one.host === host && one.kind === 'tailnet'),
  );
  return [
    ...networks.map((choice) => ({ ...choice, recommended: choice === best })),
    { ...alone, recommended: best === undefined },
    { ...all, recommended: false },
  ];
}
