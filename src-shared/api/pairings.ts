import * as z from 'zod';
import type { Access } from '../access.ts';
import { pairingCode } from '../pairing-code.ts';
import { accessFields, lifeSeconds, machineLabel } from './tokens.ts';

/** The body of `POST /api/pairings`: what the machine that comes with the code will get. */
export const pairingRequest = accessFields.safeExtend({
  /** What it is called unless it has a name of its own. */
  label: machineLabel.nullish(),
  /** Without it its token does not expire. */
  token_expires_in_seconds: lifeSeconds,
});
export type PairingRequest = z.input<typeof pairingRequest>;

/** The body of `POST /api/pairings/redeem`, which needs no credential. */
export const redemptionRequest = z.object({ code: pairingCode, label: machineLabel.nullish() });
export type RedemptionRequest = z.input<typeof redemptionRequest>;

/** A pairing code, as administrators see it. */
export interface PairingBody extends Access {
  id: string;
  label: string | null;
  token_expires_in_seconds: number | null;
  created_at: string;
  expires_at: string;
  /** `ended`: after five wrong tries. */
  state: 'open' | 'redeemed' | 'expired' | 'ended';
  /** Codes that began like this one and were wrong. */
  wrong_tries: number;
  /** The machine that came with it, if one did. */
  redeemed: { at: string; token_id: string; label: string; address: string } | null;
}

/** `GET /api/pairings`: codes that are open, and for a while those that no longer are. */
export interface PairingsResponse {
  pairings: PairingBody[];
}

/** `POST /api/pairings`: the only answer that ever holds the code. */
export interface PairingResponse extends PairingBody {
  code: string;
  /** SHA-256 of the relay's certificate, which the other machine sees too; null where the relay itself does no TLS. */
  tls_fingerprint: string | null;
}

/** `POST /api/pairings/redeem`. */
export interface RedemptionResponse extends Access {
  token: string;
  /** Of the token. */
  id: string;
  label: string;
  expires_at: string | null;
  relay: { name: string; version: string };
  tls_fingerprint: string | null;
}
