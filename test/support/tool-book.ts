import type { Right } from '../../src-shared/access.ts';
import type { Known } from './route-book.ts';

export interface ToolEntry {
  needs: Right | 'nothing';
  /** What a right that is limited to other channels finds here. */
  elsewhere: 'refused' | 'filtered';
  input: (known: Known) => Record<string, unknown>;
}

/** Every tool, written down by hand like the routes in their book. */
export const toolBook: Readonly<Record<string, ToolEntry>> = {
  bridge_send: {
    needs: 'send',
    elsewhere: 'refused',
    input: ({ channel }) => ({ channel, sender: 'atlas', content: 'hello' }),
  },
  bridge_receive: {
    needs: 'read',
    elsewhere: 'refused',
    input: ({ channel }) => ({ channel }),
  },
  bridge_wait: {
    needs: 'read',
    elsewhere: 'refused',
    input: ({ channel, messageId }) => ({ channel, since_id: messageId, timeout_seconds: 0 }),
  },
  bridge_ack: {
    needs: 'read',
    elsewhere: 'refused',
    input: ({ channel, messageId }) => ({ channel, consumer_id: 'atlas', message_id: messageId }),
  },
  bridge_channels: { needs: 'read', elsewhere: 'filtered', input: () => ({}) },
  bridge_ping: { needs: 'nothing', elsewhere: 'filtered', input: () => ({}) },
  bridge_clear: {
    needs: 'clear',
    elsewhere: 'refused',
    // A neighbour: the message that the others are about has to stay.
    input: ({ channel }) => ({ channel: `${channel}:cleared` }),
  },
  bridge_status: { needs: 'read', elsewhere: 'filtered', input: () => ({}) },
};
