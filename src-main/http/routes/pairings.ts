import { hostname } from 'node:os';
import { accessInWords } from '../../../src-shared/access.ts';
import {
  pairingRequest,
  redemptionRequest,
  type PairingResponse,
  type PairingsResponse,
  type RedemptionResponse,
} from '../../../src-shared/pairings.ts';
import { toAccess } from '../../../src-shared/tokens.ts';
import { validate } from '../../../src-shared/validation.ts';
import type { RouteParts } from '../parts.ts';
import { sendJson } from '../respond.ts';
import type { Route } from '../route.ts';

/** Pairing (wire specification 7.11): administrators make one-time codes, and machines exchange them for tokens. */
export function pairingRoutes({ pairings, audit, version, tlsFingerprint }: RouteParts): Route[] {
  return [
    {
      method: 'GET',
      path: '/api/pairings',
      right: 'admin',
      handle: ({ response }) => {
        const answer: PairingsResponse = { pairings: pairings.list() };
        sendJson(response, 200, answer);
      },
    },
    {
      method: 'POST',
      path: '/api/pairings',
      right: 'admin',
      body: 'json',
      handle: ({ response, body, actor, address }) => {
        const { label, token_expires_in_seconds, ...access } = validate(pairingRequest, body);
        const { pairing, code } = pairings.create({
          label: label ?? undefined,
          access: toAccess(access),
          tokenLifeSeconds: token_expires_in_seconds ?? undefined,
          by: actor.principal,
        });
        audit.record({
          event: 'pairing_create',
          detail: `${label ?? 'no name yet'} (${pairing.id}): ${accessInWords(toAccess(access))}; by ${actor.principal}`,
          ip: address,
        });
        const answer: PairingResponse = { ...pairing.body, code, tls_fingerprint: tlsFingerprint() };
        sendJson(response, 200, answer);
      },
    },
    {
      // Whoever has the code has no credential yet.
      method: 'POST',
      path: '/api/pairings/redeem',
      right: 'public',
      body: 'json',
      handle: async ({ response, body, address }) => {
        const { code, label } = validate(redemptionRequest, body);
        const { pairing, token } = await pairings.redeem({ code, label: label ?? undefined }, address);
        audit.record({
          event: 'pairing_redeem',
          detail: `${token.label} (${token.id}): ${accessInWords(token)}; by code ${pairing.id} of ${pairing.draft.by}`,
          ip: address,
        });
        const answer: RedemptionResponse = {
          token: token.token,
          id: token.id,
          label: token.label,
          rights: token.rights,
          channels: token.channels,
          expires_at: token.expires_at,
          relay: { name: hostname(), version },
          tls_fingerprint: tlsFingerprint(),
        };
        sendJson(response, 200, answer);
      },
    },
    {
      method: 'DELETE',
      path: '/api/pairings/*',
      right: 'admin',
      handle: ({ response, path, actor, address }) => {
        const { id } = pairings.cancel(path.slice('/api/pairings/'.length));
        audit.record({ event: 'pairing_cancel', detail: `${id}; by ${actor.principal}`, ip: address });
        sendJson(response, 200, { id, cancelled: true });
      },
    },
  ];
}
