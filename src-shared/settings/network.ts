import { addressOrNetwork, bindHost, trustedHost, webOrigin } from './formats.ts';
import { integer, list, path, text, toggle, type SettingDefinition } from './kinds.ts';

/** Where the relay listens, and which names, proxies and pages it lets come. */
export const network = {
  host: text(
    {
      default: '127.0.0.1',
      schema: bindHost,
      allowed: 'an IP address or a host name, without scheme and port',
      placeholder: 'address',
    },
    {
      env: 'CLAUDE_BRIDGE_HOST',
      flag: '--host',
      group: 'Network',
      doc: 'Address to listen on.',
      reloadable: true,
    },
  ),
  loopback: toggle(true, {
    env: 'CLAUDE_BRIDGE_LOOPBACK',
    flag: '--no-loopback',
    group: 'Network',
    doc: 'Where `host` is the address of one network, listen on loopback at the same port as well (127.0.0.1 and ::1), so that programs of this machine keep their address.',
    flagDoc: 'Listen on the address of `--host` alone, and not on loopback as well.',
    reloadable: true,
  }),
  port: integer(
    { default: 8765, min: 0, max: 65_535 },
    {
      env: 'CLAUDE_BRIDGE_PORT',
      flag: '--port',
      group: 'Network',
      doc: 'Port to listen on; 0 lets the system choose.',
      reloadable: true,
    },
  ),
  trustedHosts: list(
    {
      item: trustedHost,
      allowed: 'a list of host names, IP addresses, *.domain or *, without scheme and port',
      placeholder: 'host',
    },
    {
      env: 'CLAUDE_BRIDGE_TRUSTED_HOSTS',
      flag: '--trusted-host',
      group: 'Network',
      doc: "Further names under which clients reach the relay, beside loopback and the machine's own names and addresses.",
      reloadable: true,
    },
  ),
  trustedProxies: list(
    {
      item: addressOrNetwork,
      allowed: 'a list of IP addresses or networks such as 10.0.0.0/8',
      placeholder: 'address',
    },
    {
      env: 'CLAUDE_BRIDGE_TRUSTED_PROXIES',
      flag: '--trusted-proxy',
      group: 'Network',
      doc: 'Proxies whose forwarding headers are believed.',
      reloadable: true,
    },
  ),
  corsOrigins: list(
    {
      item: webOrigin,
      allowed: 'a list of origins such as https://dash.example:8443, without a path',
      placeholder: 'origin',
    },
    {
      env: 'CLAUDE_BRIDGE_CORS_ORIGIN',
      flag: '--cors-origin',
      group: 'Network',
      doc: 'Other web origins whose pages may call the relay.',
      reloadable: true,
    },
  ),
  tlsCert: path(
    { default: undefined, defaultText: 'none' },
    {
      env: 'CLAUDE_BRIDGE_TLS_CERT',
      flag: '--tls-cert',
      group: 'Network',
      doc: 'Certificate chain (PEM); with `tlsKey` it turns on HTTPS.',
      reloadable: true,
    },
  ),
  tlsKey: path(
    { default: undefined, defaultText: 'none' },
    {
      env: 'CLAUDE_BRIDGE_TLS_KEY',
      flag: '--tls-key',
      group: 'Network',
      doc: 'Private key (PEM) of the certificate.',
      reloadable: true,
    },
  ),
} satisfies Record<string, SettingDefinition>;
