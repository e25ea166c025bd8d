/** A variable that is accepted but does nothing here, and why. */
export interface VariableWithoutEffect {
  name: string;
  reason: string;
}

/** Variables of the original that mean nothing here (wire specification 1.3). */
export const variablesWithoutEffect: readonly VariableWithoutEffect[] = [
  {
    name: 'FORWARDED_ALLOW_IPS',
    reason: 'read by the web server of the original; use --trusted-proxy or CLAUDE_BRIDGE_TRUSTED_PROXIES',
  },
];

/** Variables that belong to us but are not settings of the relay. */
export const otherVariables: readonly string[] = [
  // The data directory.
  'CLAUDE_BRIDGE_HOME',
  // What clients of a relay read.
  'CLAUDE_BRIDGE_URL',
  'CLAUDE_BRIDGE_TOKEN',
  'CLAUDE_BRIDGE_TOKEN_FILE',
  'CLAUDE_BRIDGE_CA_FILE',
  'CLAUDE_BRIDGE_FINGERPRINT',
  'CLAUDE_BRIDGE_SENDER',
];
