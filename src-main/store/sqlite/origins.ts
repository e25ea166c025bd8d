import type { Database, Statement } from 'better-sqlite3';
import type { Origin, StoredMessage } from '../../../src-shared/message.ts';

interface OriginRow {
  label: string;
  client_name: string;
  client_version: string;
}

/** A row of `messages`, with the number of its origin. */
export interface MessageRow extends Omit<StoredMessage, 'origin'> {
  origin: number | null;
}

/** An origin as it is stored. */
export interface InternedOrigin {
  id: number;
  origin: Origin;
}

/**
 * Origins that are kept apart. Clients name themselves, so their number is not ours to decide: beyond it only the
 * credential of further ones is kept.
 */
const maxOrigins = 10_000;

/** Who sent messages, each once and under a number. All are kept in memory, as they are met. */
export class Origins {
  readonly #max: number;
  readonly #find: Statement<[OriginRow], { id: number }>;
  readonly #insert: Statement<[OriginRow]>;
  readonly #newest: Statement<[], { id: number }>;
  readonly #get: Statement<[number], OriginRow>;
  readonly #byKey = new Map<string, InternedOrigin>();
  readonly #byId = new Map<number, Origin>();

  /** @param max see `maxOrigins` */
  constructor(db: Database, max = maxOrigins) {
    this.#max = max;
    this.#find = db.prepare(
      `SELECT id FROM relay_origins
       WHERE label = :label AND client_name = :client_name AND client_version = :client_version`,
    );
    this.#insert = db.prepare(
      `INSERT INTO relay_origins (label, client_name, client_version)
       VALUES (:label, :client_name, :client_version)`,
    );
    this.#newest = db.prepare('SELECT coalesce(max(id), 0) AS id FROM relay_origins');
    this.#get = db.prepare('SELECT label, client_name, client_version FROM relay_origins WHERE id = ?');
  }

  /** The number of an origin, which gets one if it has none. To be called inside a transaction. */
  intern(origin: Origin): InternedOrigin {
    const key = keyOf(origin);
    const known = this.#byKey.get(key);
    if (known) return known;
    const row = toRow(origin);
    const id = this.#find.get(row)?.id ?? this.#add(row);
    const interned = id === undefined ? this.intern({ label: origin.label, client: null }) : { id, origin };
    // What was refused a number is not kept either: there may be any number of those.
    if (id === undefined) return interned;
    this.#byKey.set(key, interned);
    this.#byId.set(id, origin);
    return interned;
  }

  /** Forgets what was met: a transaction was undone, and numbers with it. */
  forget(): void {
    this.#byKey.clear();
    this.#byId.clear();
  }

  /** A message with its origin in place of the number. The row itself is changed: it is nobody else's. */
  resolve(row: MessageRow): StoredMessage {
    const message = row as unknown as StoredMessage;
    message.origin = row.origin === null ? null : this.#at(row.origin);
    return message;
  }

  #at(id: number): Origin | null {
    const known = this.#byId.get(id);
    if (known) return known;
    const row = this.#get.get(id);
    if (!row) return null;
    const origin = toOrigin(row);
    this.#byId.set(id, origin);
    return origin;
  }

  #add(row: OriginRow): number | undefined {
    const hasClient = row.client_name !== '' || row.client_version !== '';
    if (hasClient && (this.#newest.get()?.id ?? 0) >= this.#max) return undefined;
    return Number(this.#insert.run(row).lastInsertRowid);
  }
}

/** A statement whose rows are messages. */
export class MessageStatement<Parameters extends unknown[]> {
  readonly #statement: Statement<Parameters, MessageRow>;
  readonly #origins: Origins;

  constructor(statement: Statement<Parameters, MessageRow>, origins: Origins) {
    this.#statement = statement;
    this.#origins = origins;
  }

  get source(): string {
    return this.#statement.source;
  }

  get(...parameters: Parameters): StoredMessage | undefined {
    const row = this.#statement.get(...parameters);
    return row && this.#origins.resolve(row);
  }

  all(...parameters: Parameters): StoredMessage[] {
    return this.#statement.all(...parameters).map((row) => this.#origins.resolve(row));
  }
}

function keyOf({ label, client }: Origin): string {
  return client === null ? label : `${label}\n${client.name}\n${client.version}`;
}

function toRow({ label, client }: Origin): OriginRow {
  return { label, client_name: client?.name ?? '', client_version: client?.version ?? '' };
}

function toOrigin({ label, client_name, client_version }: OriginRow): Origin {
  const hasClient = client_name !== '' || client_version !== '';
  return { label, client: hasClient ? { name: client_name, version: client_version } : null };
}
