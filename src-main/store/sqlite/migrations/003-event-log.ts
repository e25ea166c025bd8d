import type { Migration } from './migration.ts';

/**
 * What happens to channels besides messages, so that other processes and resuming readers learn of it in order.
 * `after_seq` is the newest message at that moment: it places the event between messages.
 */
export const eventLog: Migration = {
  version: 3,
  name: 'event log',
  sql: `
    CREATE TABLE relay_events (
      event_seq INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      channel TEXT NOT NULL,
      type TEXT NOT NULL,
      removed INTEGER NOT NULL,
      after_seq INTEGER NOT NULL,
      timestamp TEXT NOT NULL
    );
    CREATE INDEX relay_events_channel ON relay_events (channel);
    CREATE INDEX relay_events_place ON relay_events (after_seq);
  `,
};
