import type { FloodLimits } from './flood-guard.ts';
import type { HopLimits } from './hop-guard.ts';

/** The limits that the relay asks for at each use, so that a reload takes effect at once (docs/configuration.md). */
export interface RelayLimits extends FloodLimits, HopLimits {
  /** Largest content of one message, in UTF-8 bytes. */
  maxMessageBytes: number;
  /** Open event streams, in all and per channel. */
  maxSse: number;
  maxSsePerChannel: number;
  /** Messages replayed when a stream resumes. */
  sseReplayLimit: number;
  /** Clients that may wait at the same time. */
  maxWaiters: number;
  /** Age of the oldest unread message from which a consumer counts as stuck. */
  stuckMinutes: number;
  /** How long an agent that is not heard from counts as present. */
  presenceMinutes: number;
}
