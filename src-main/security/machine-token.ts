import type { TokenBody } from '../../src-shared/api/tokens.ts';
import { formatTimestamp } from '../../src-shared/time.ts';
import type { StoredToken } from '../store/token-store.ts';
import { MachineSecret } from './machine-secret.ts';
import { Rights } from './rights.ts';
import { TokenUsage } from './token-usage.ts';

/** A digest that counts, and until when, in ms since 1970. */
interface ValidDigest {
  digest: Uint8Array;
  until: number;
}

/** A token of one machine, as this process knows it. */
export class MachineToken {
  readonly usage: TokenUsage;
  #stored: StoredToken;
  #rights: Rights;
  /** One, or two while it is being rotated; none once it has expired. */
  #secrets: MachineSecret[] = [];

  /** @param onUsed see `TokenUsage` */
  constructor(stored: StoredToken, onUsed: () => void) {
    this.usage = new TokenUsage(onUsed);
    this.#stored = stored;
    this.#rights = new Rights(stored.access);
    this.take(stored);
  }

  /** Takes over what the store holds now. Secrets that no longer count end, those that still do go on. */
  take(stored: StoredToken): void {
    if (isOther(stored, this.#stored)) {
      this.end();
      this.#rights = new Rights(stored.access);
    }
    this.#stored = stored;
    const valid = validDigests(stored, Date.now());
    const known = this.#secrets;
    this.#secrets = valid.map(({ digest, until }) => {
      const secret = known.find((one) => one.hasDigest(digest)) ?? this.#secretOf({ digest, until });
      secret.until = until;
      return secret;
    });
    for (const secret of known) if (!this.#secrets.includes(secret)) secret.end();
  }

  /** The secret with this digest, if it counts at this moment. */
  find(digest: Uint8Array): MachineSecret | undefined {
    const secret = this.#secrets.find((one) => one.hasDigest(digest));
    return secret && Date.now() < secret.until ? secret : undefined;
  }

  /** When the next of its secrets ends by itself, in ms since 1970; Infinity for never. */
  get nextEnd(): number {
    return Math.min(...this.#secrets.map(({ until }) => until));
  }

  /** Ends the secrets whose time is up. */
  endExpired(): void {
    this.take(this.#stored);
  }

  end(): void {
    for (const secret of this.#secrets) secret.end();
    this.#secrets = [];
  }

  #secretOf({ digest, until }: ValidDigest): MachineSecret {
    return new MachineSecret({
      label: this.#stored.label,
      rights: this.#rights,
      digest,
      until,
      usage: this.usage,
    });
  }
}

/** Somebody has changed in the file what tokens do not change by themselves: what the old one let in ends. */
function isOther(a: StoredToken, b: StoredToken): boolean {
  return a.label !== b.label || JSON.stringify(a.access) !== JSON.stringify(b.access);
}

function validDigests({ digest, oldDigest, oldUntil, expiresAt }: StoredToken, now: number): ValidDigest[] {
  const end = expiresAt === null ? Infinity : timeOf(expiresAt);
  const valid = [{ digest, until: end }];
  if (oldDigest && oldUntil !== null)
    valid.push({ digest: oldDigest, until: Math.min(end, timeOf(oldUntil)) });
  return valid.filter(({ until }) => until > now);
}

/** In ms since 1970. A time that cannot be read, since somebody wrote it by hand, is over. */
function timeOf(timestamp: string): number {
  const time = Date.parse(timestamp);
  return Number.isNaN(time) ? 0 : time;
}

/** What administrators see. `usage`: what this process knows beyond the store. */
export function toBody(stored: StoredToken, usage: TokenUsage | undefined): TokenBody {
  const now = formatTimestamp(Date.now());
  const used = usage?.lastUsedAt === undefined ? null : formatTimestamp(usage.lastUsedAt);
  const isNewer = used !== null && (stored.lastUsedAt === null || used > stored.lastUsedAt);
  return {
    id: stored.id,
    label: stored.label,
    ...stored.access,
    created_at: stored.createdAt,
    expires_at: stored.expiresAt,
    expired: stored.expiresAt !== null && stored.expiresAt <= now,
    last_used_at: isNewer ? used : stored.lastUsedAt,
    last_address: isNewer ? (usage?.lastAddress ?? null) : stored.lastAddress,
    last_user_agent: usage?.lastUserAgent ?? null,
    old_secret_until: stored.oldUntil !== null && stored.oldUntil > now ? stored.oldUntil : null,
    open: usage?.open ?? 0,
  };
}
