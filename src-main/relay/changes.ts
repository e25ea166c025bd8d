/** What readers of the relay get to see of the log; the store itself is none of their business. */
export type { OpenCount } from '../store/message-index.ts';
export type { Change, ChannelEvent, Interruption, Receipt } from '../store/changes.ts';
export type { ChannelSummary } from '../store/message-store.ts';
