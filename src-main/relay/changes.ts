/** What readers of the relay get to see of the log; the store itself is none of their business. */
export type { OpenCount } from '../store/message-index.ts';
export type { Change, ChannelEvent, ChannelSummary, Interruption, Receipt } from '../store/message-store.ts';
