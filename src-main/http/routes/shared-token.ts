import { rotationRequest, type SharedTokenResponse } from '../../../src-shared/api/tokens.ts';
import { validate } from '../../../src-shared/validation.ts';
import type { RouteParts } from '../parts.ts';
import { sendJson } from '../respond.ts';
import type { Route } from '../route.ts';

/** `POST /api/token/rotate`: another token for all who share it (wire specification 7.12). */
export function sharedTokenRoutes({ operations }: RouteParts): Route[] {
  return [
    {
      method: 'POST',
      path: '/api/token/rotate',
      right: 'admin',
      body: 'json',
      handle: async ({ response, body, actor, principal }) => {
        const { grace_seconds } = validate(rotationRequest, body);
        const rotated = await operations.rotateToken({ graceSeconds: grace_seconds ?? undefined }, actor);
        // A stolen cookie ends with its session; the token would not.
        const mayHaveIt = principal?.kind !== 'session';
        const answer: SharedTokenResponse = { ...rotated, token: mayHaveIt ? rotated.token : null };
        sendJson(response, 200, answer);
      },
    },
  ];
}
