import type { Settings } from '../../src-shared/settings.ts';
import { Meters } from '../metrics/meters.ts';
import { Audit } from '../relay/audit.ts';
import { Relay } from '../relay/relay.ts';
import { Retention } from '../relay/retention.ts';
import { SqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { Log } from './log.ts';

/** The relay with its store, without any way in from outside: what every mode of the program has. */
export interface Core {
  store: SqliteStore;
  relay: Relay;
  audit: Audit;
  meters: Meters;
  retention: Retention;
  /** Ends streams and sweeps, then commits and closes the store. */
  stop(): Promise<void>;
}

/** @throws BridgeError `storage_*` when the database cannot be used */
export function startCore(settings: () => Settings, log: Log): Core {
  const { db, durability } = settings();
  const meters = new Meters();
  const store = new SqliteStore({
    path: db,
    durability,
    pollMs: () => settings().eventPollMs,
    onCommit: meters.committed,
    onError: (error) =>
      log.error({ err: error }, 'background work on the database failed; it will be tried again'),
  });
  for (const warning of store.warnings) log.warn(warning);
  const audit = new Audit({
    store,
    enabled: () => settings().auditLog,
    onError: (error) => log.error({ err: error }, 'an audit entry could not be written'),
  });
  const relay = new Relay({
    store,
    audit,
    limits: settings,
    meter: meters,
    onError: (error) => log.error({ err: error }, 'something beside an answer could not be recorded'),
  });
  const retention = new Retention({
    store,
    policy: settings,
    onTrimmed: (messages) => log.info({ messages }, 'retention removed messages'),
    onError: (error) => log.error({ err: error }, 'a retention sweep failed; the next one tries again'),
  });
  retention.start();
  return {
    store,
    relay,
    audit,
    meters,
    retention,
    stop: async () => {
      relay.stop();
      await retention.stop();
      await store.close();
    },
  };
}
