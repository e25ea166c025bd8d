import { accessInWords } from '../../../src-shared/access.ts';
import {
  rotationRequest,
  toAccess,
  tokenRequest,
  type TokenBody,
  type TokensResponse,
} from '../../../src-shared/api/tokens.ts';
import { BridgeError } from '../../../src-shared/bridge-error.ts';
import { validate } from '../../../src-shared/validation.ts';
import type { Exchange } from '../exchange.ts';
import type { RouteParts } from '../parts.ts';
import { sendJson } from '../respond.ts';
import type { Route } from '../route.ts';

const prefix = '/api/tokens/';

/** Tokens of single machines (wire specification 7.10): made, listed, renewed and ended by administrators. */
export function tokenRoutes({ machineTokens, audit, limits }: RouteParts): Route[] {
  const record = (event: string, { label, id, ...access }: TokenBody, { actor }: Exchange) =>
    audit.record({ event, detail: `${label} (${id}): ${accessInWords(access)}` }, actor);
  return [
    {
      method: 'GET',
      path: '/api/tokens',
      right: 'admin',
      handle: async ({ response }) => {
        const answer: TokensResponse = { tokens: await machineTokens.list() };
        sendJson(response, 200, answer);
      },
    },
    {
      method: 'POST',
      path: '/api/tokens',
      right: 'admin',
      body: 'json',
      handle: async (exchange) => {
        const { label, expires_in_seconds, ...access } = validate(tokenRequest, exchange.body);
        const made = await machineTokens.create({
          label,
          access: toAccess(access),
          expiresInSeconds: expires_in_seconds ?? undefined,
        });
        record('token_create', made, exchange);
        sendJson(exchange.response, 200, made);
      },
    },
    {
      method: 'POST',
      path: `${prefix}*`,
      right: 'admin',
      body: 'json',
      handle: async (exchange) => {
        const [id = '', action, ...further] = exchange.path.slice(prefix.length).split('/');
        if (action !== 'rotate' || further.length > 0) throw new BridgeError('not_found', 'not found');
        const { grace_seconds } = validate(rotationRequest, exchange.body);
        const rotated = await machineTokens.rotate(id, grace_seconds ?? limits().tokenGraceSeconds);
        record('token_rotate', rotated, exchange);
        sendJson(exchange.response, 200, rotated);
      },
    },
    {
      method: 'DELETE',
      path: `${prefix}*`,
      right: 'admin',
      handle: async (exchange) => {
        const revoked = await machineTokens.revoke(exchange.path.slice(prefix.length));
        record('token_revoke', revoked, exchange);
        sendJson(exchange.response, 200, { id: revoked.id, label: revoked.label, revoked: true });
      },
    },
  ];
}
