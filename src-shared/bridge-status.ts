import type { RelayAddress } from './api/addresses.ts';
import type { ErrorBody } from './bridge-error.ts';

/** A relay as its owner sees it: the tray, the window, the command line. */
export interface BridgeStatus {
  state: 'stopped' | 'starting' | 'running' | 'error';
  /** Why it does not run, in state `error`. */
  error: ErrorBody | null;
  /** What follows is null or empty unless it runs. */
  running: RunningStatus | null;
}

export interface RunningStatus {
  /** Where this machine reaches it. */
  url: string;
  port: number;
  /** Every address of this machine, loopback first, then the best for others. */
  addresses: RelayAddress[];
  /** Sentences about what is not as it was set. */
  warnings: string[];
  tls: TlsStatus | null;
  /** Clients must bring a token. `file` is where a generated one is kept. */
  token: { required: boolean; file: string | null };
  started_at: string;
  database: string;
  /** Messages are stored and none is handed out. */
  paused_since: string | null;
  /** Messages that have been stored since. */
  held_messages: number;
  counts: {
    streams: number;
    waiters: number;
    agents: number;
    browser_sessions: number;
  };
}

export interface TlsStatus {
  subject: string;
  /** The DNS names and addresses it is valid for. */
  names: string[];
  valid_to: string;
  /** SHA-256, upper-case hex with colons. */
  fingerprint: string;
  /** Sentences about what will fail soon or for some clients. */
  warnings: string[];
}
