import { hostname } from 'node:os';
import { accessInWords } from '../../../src-shared/access.ts';
import {
  pairingRequest,
  redemptionRequest,
  type PairingResponse,
  type PairingsResponse,
  type RedemptionResponse,
} from '../../../src-shared/api/pairings.ts';
import { toAccess } from '../../../src-shared/api/tokens.ts';
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
      handle: ({ response, body, actor }) => {
        const { label, token_expires_in_seconds, ...access } = validate(pairingRequest, body);
        const { pairing, code } = pairings.create({
          label: label ?? undefined,
          access: toAccess(access),
          tokenLifeSeconds: token_expires_in_seconds ?? undefined,
          by: actor.principal,
        });
        const detail = `${label ?? 'no name yet'} (${pairing.id}): ${accessInWords(toAccess(access))}`;
        audit.record({ event: 'pairing_create', detail }, actor);
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
        audit.record(
          { event: 'pairing_redeem', detail: `${token.label} (${token.id}): ${accessInWords(token)}` },
          { principal: `code ${pairing.id} of ${pairing.draft.by}`, address },
        );
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
      handle: ({ response, path, actor }) => {
        const { id } = pairings.cancel(path.slice('/api/pairings/'.length));
        audit.record({ event: 'pairing_cancel', detail: id }, actor);
        sendJson(response, 200, { id, cancelled: true });
      },
    },
  ];
}
