import type { Right } from '../../src-shared/access.ts';
import type { ChannelPatterns } from '../../src-shared/channel-patterns.ts';

/** Who asks, as far as rules, presence and the audit log need to know. */
export interface Actor {
  /** The label of its credential. */
  principal: string;
  access: ChannelAccess;
  /** Address of the client; absent for a process of this machine that speaks stdio. */
  address?: string | undefined;
  /** What it calls itself, if it said so. */
  client?: { name: string; version: string } | undefined;
  transport: 'http' | 'mcp' | 'sse' | 'stdio' | 'stream';
}

/**
 * What somebody may do on which channels. What may not be read is not there: lists leave it out, and a message of it
 * is `not_found`. Who names a channel without the right to it is told so, whether that channel exists or not.
 */
export interface ChannelAccess {
  /** The channels that may be read, those that begin later too; undefined for all. */
  readonly readable: ChannelPatterns | undefined;
  mayRead(channel: string): boolean;
  /** @throws BridgeError `missing_right` */
  require(right: Right, channel: string): void;
}
