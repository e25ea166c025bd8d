import type { RelayAddress } from './api/addresses.ts';
import type { StdioServer } from './connect/connection.ts';
import type { BridgeStatus } from './bridge-status.ts';
import type { DesktopSettings } from './desktop-settings.ts';
import type { FirstRun } from './first-run.ts';

export interface StuckAgent {
  consumer: string;
  channel: string;
  /** How long its oldest unread message has waited. */
  minutes: number;
}

/** What waits for the person, as far as the application knows. */
export interface Attention {
  agents: number;
  /** Longest first. */
  stuck: StuckAgent[];
  /** What has not been on screen, most first. */
  unread: { channel: string; count: number }[];
}

/** Whether the system starts the application at login, and what stands in the way. */
export interface LoginItemState {
  enabled: boolean;
  /** Why it cannot be switched, or what is still to be done, in words. */
  note: string | null;
}

/** The command-line tool that comes with the application. */
export interface CommandLineToolState {
  /** What runs it without any installation, as a shell of this system takes it; empty where nothing can. */
  command: string;
  /** Where `claude-bridge` was put so that shells find it. */
  installedAt: string | null;
  /** Whether the application can put it there and take it away by itself. */
  installable: boolean;
  /** What to know or to do by hand, in words. */
  note: string | null;
}

/** Where the token that clients must bring is kept. */
export interface TokenKeeping {
  /** `keychain`: encrypted by the system; `file`: readable by this user only; `configured`: given by a setting. */
  place: 'keychain' | 'file' | 'configured' | 'none';
  /** Why it is not kept better, in words. */
  note: string | null;
}

export interface CertificateFacts {
  subject: string;
  /** The DNS names and addresses it is valid for. */
  names: string[];
  /** ISO 8601. */
  validTo: string;
  /** Sentences about what will fail soon or for some clients. */
  warnings: string[];
}

export type UpdateState =
  | { kind: 'unchecked' }
  | { kind: 'checking' }
  | { kind: 'none' }
  | { kind: 'available'; version: string }
  | { kind: 'downloading'; version: string; percent: number }
  | { kind: 'ready'; version: string }
  /** It cannot be known; `sentence` says why. */
  | { kind: 'failed'; sentence: string };

/** Everything that the tray and the window show of the application itself. */
export interface DesktopState {
  version: string;
  platform: 'darwin' | 'win32' | 'linux';
  dataDirectory: string;
  relay: BridgeStatus;
  /** Every address of this computer, whether or not the relay listens there or runs at all. */
  addresses: RelayAddress[];
  attention: Attention;
  settings: DesktopSettings;
  login: LoginItemState;
  commandLineTool: CommandLineToolState;
  /** What an MCP client of this computer can start instead of coming over HTTP; null where no path to it lasts. */
  stdioServer: StdioServer | null;
  token: TokenKeeping;
  update: UpdateState;
  /** The steps that a person goes through at first; null when they are done. */
  firstRun: FirstRun | null;
  /** Sentences about what went wrong in the application itself, newest last. */
  problems: string[];
}
