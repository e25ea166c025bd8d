import type { RelayAddress } from '../../../src-shared/api/addresses.ts';
import type { IconName } from '../../components/icons.ts';

const icons: Readonly<Record<RelayAddress['kind'], IconName>> = {
  loopback: 'desktop',
  tailnet: 'mesh',
  lan: 'network',
  ipv6: 'globe',
  wsl: 'terminal',
  container: 'server',
};

/** An address as somebody chooses it. */
export interface AddressWords {
  icon: IconName;
  title: string;
  /** Who gets there by it. */
  reach: string;
}

/** @param encrypted the relay does TLS */
export function addressWords({ kind, label }: RelayAddress, encrypted: boolean): AddressWords {
  const title = label.charAt(0).toUpperCase() + label.slice(1);
  return {
    icon: icons[kind],
    title,
    reach: `${reachOf(kind, label)}${encrypted ? ', encrypted' : unencrypted[kind]}`,
  };
}

function reachOf(kind: RelayAddress['kind'], label: string): string {
  if (label.startsWith('public address')) return 'From anywhere';
  if (label.startsWith('host name')) return 'Wherever this name is known';
  switch (kind) {
    case 'loopback':
      return 'Programs on this computer, WSL with mirrored networking too';
    case 'tailnet':
      return 'Your own machines, from anywhere';
    case 'lan':
      return 'Same Wi-Fi or cable only';
    case 'ipv6':
      return 'Wherever IPv6 leads here';
    case 'wsl':
      return 'Between Windows and WSL on this computer';
    case 'container':
      return 'Containers on this computer';
  }
}

/** A tailnet encrypts by itself, and what stays on this computer needs no encryption. */
const unencrypted: Readonly<Record<RelayAddress['kind'], string>> = {
  loopback: '',
  wsl: '',
  container: '',
  tailnet: ', encrypted by the tailnet',
  lan: ', not encrypted',
  ipv6: ', not encrypted',
};

/** Those that matter to most: where the relay listens, and the networks on which others are. */
export function isLikely({ listening, kind }: RelayAddress): boolean {
  return listening || kind === 'tailnet' || kind === 'lan';
}

/** What a person types behind `claude-bridge join`: the host where that is enough, else the whole address. */
export function joinHost({ url, host }: Pick<RelayAddress, 'url' | 'host'>): string {
  const { protocol, port } = new URL(url);
  return protocol === 'http:' && port === '8765' && !host.includes(':') ? host : url;
}
