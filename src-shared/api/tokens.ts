import * as z from 'zod';
import { rights, type Access, type Right } from '../access.ts';
import { channelPattern } from '../channel-patterns.ts';
import { name } from '../channel.ts';
import { checked, type Fault } from '../fault.ts';

/** Longest label of a machine, in Unicode code points. */
const maxLabel = 64;

/** Patterns to which one right may be limited. */
const maxPatterns = 50;

/** Longest life of a token, a hundred years, and longest time for which an old secret counts, in seconds. */
const maxLifeSeconds = 3_155_760_000;
export const maxGraceSeconds = 2_592_000;

/** What is not seen or looks like a space, so that two labels could look alike. */
const unseen = /[\p{C}\p{Default_Ignorable_Code_Point}]|[^\S ]/u;

/** What a machine is called wherever people and agents see it. */
export const machineLabel = name(maxLabel).check(
  checked((label) =>
    unseen.test(label)
      ? { code: 'invalid_value', says: 'must not contain characters that cannot be seen' }
      : undefined,
  ),
);

/** Two labels with the same key are one to people: case and the many forms of a letter do not count. */
export function labelKey(label: string): string {
  return label.normalize('NFKC').toLowerCase();
}

const right = z.enum(rights, 'must be read, send, clear or admin');
const patterns = z
  .array(channelPattern, 'must be a list')
  .min(1, 'must not be empty')
  .max(maxPatterns, `must hold at most ${maxPatterns} patterns`);

/** What a token may do, in requests (see `Access`). */
export const accessFields = z
  .object({
    rights: z.array(right, 'must be a list').min(1, 'must not be empty'),
    channels: z.partialRecord(right, patterns, 'must be an object').nullish(),
  })
  .check(checked(strayLimit));

/** A limit to a right that is not given is a slip: the right may be missing, or the limit may be meant for another. */
function strayLimit({ rights: given, channels }: z.infer<typeof accessFields>): Fault | undefined {
  const stray = Object.keys(channels ?? {}).find((limited) => !given.includes(limited as Right));
  if (stray === undefined) return undefined;
  return { code: 'invalid_value', says: `limit the right ${stray}, which is not given`, field: 'channels' };
}

/** The rights of a request, each once and in their usual order. */
export function toAccess({ rights: given, channels }: z.infer<typeof accessFields>): Access {
  return { rights: rights.filter((one) => given.includes(one)), channels: channels ?? {} };
}

const seconds = (min: number, max: number) =>
  z
    .int('must be a whole number')
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`)
    .nullish();

/** How long a token lasts, in requests. */
export const lifeSeconds = seconds(1, maxLifeSeconds);

/** The body of `POST /api/tokens`. Without a time the token does not expire. */
export const tokenRequest = accessFields.safeExtend({
  label: machineLabel,
  expires_in_seconds: lifeSeconds,
});
export type TokenRequest = z.input<typeof tokenRequest>;

/** The body of `POST /api/tokens/{id}/rotate`: for how long the old secret still counts. */
export const rotationRequest = z.object({ grace_seconds: seconds(0, maxGraceSeconds) });
export type RotationRequest = z.input<typeof rotationRequest>;

/** A token of one machine, as administrators see it. */
export interface TokenBody extends Access {
  id: string;
  label: string;
  created_at: string;
  /** Null for never. */
  expires_at: string | null;
  expired: boolean;
  /** Some seconds old at most; null if it was never used. */
  last_used_at: string | null;
  last_address: string | null;
  /** What used it last calls itself, if it has come since this relay started. */
  last_user_agent: string | null;
  /** Until when the secret before the last rotation counts, if it still does. */
  old_secret_until: string | null;
  /** Requests and streams that are open with it at this relay. */
  open: number;
}

/** `GET /api/tokens`. */
export interface TokensResponse {
  tokens: TokenBody[];
}

/** `POST /api/tokens` and its rotation: the only answers that ever hold the token itself. */
export interface TokenResponse extends TokenBody {
  token: string;
}

/** `POST /api/token/rotate`, of the shared token. */
export interface SharedTokenResponse {
  /** Null for a browser that is signed in: its cookie must not be turned into the token. */
  token: string | null;
  /** Where the relay keeps it, on its machine; null if the system does. */
  file: string | null;
  /** Until when the token before still counts. */
  old_until: string;
}

/** The same with the token, for those who may have it. */
export interface TokenRotated extends SharedTokenResponse {
  token: string;
}

/** `GET /api/whoami`. */
export interface WhoamiResponse {
  principal: { kind: string; label: string } & Access;
  client: { name: string; version: string } | null;
  address: string | null;
}
