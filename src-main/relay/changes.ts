/** What readers of the relay get to see of the log; the store itself is none of their business. */
export type { Change, ChannelEvent, ChannelSummary, Receipt } from '../store/message-store.ts';
