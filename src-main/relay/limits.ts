/** The limits that the relay asks for at each use, so that a reload takes effect at once (docs/configuration.md). */
export interface RelayLimits {
  /** Largest content of one message, in UTF-8 bytes. */
  maxMessageBytes: number;
  /** Open event streams, in all and per channel. */
  maxSse: number;
  maxSsePerChannel: number;
  /** Messages replayed when a stream resumes. */
  sseReplayLimit: number;
}
