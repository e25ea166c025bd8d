import type { AddressesResponse } from '../../../src-shared/api/addresses.ts';
import type { RouteParts } from '../parts.ts';
import { sendJson } from '../respond.ts';
import type { Route } from '../route.ts';

/** `GET /api/addresses`: where other machines reach this relay (wire specification 3.12). */
export function addressRoutes({ addresses }: RouteParts): Route[] {
  return [
    {
      method: 'GET',
      path: '/api/addresses',
      right: 'read',
      handle: ({ response }) => {
        const answer: AddressesResponse = { addresses: addresses() };
        sendJson(response, 200, answer);
      },
    },
  ];
}
