import { routeTable } from '../../src-main/http/app.ts';
import type { RouteParts } from '../../src-main/http/parts.ts';
import type { Route } from '../../src-main/http/route.ts';

/** Stands in for everything that routes are made of: none of them is run. */
const anything: unknown = new Proxy(() => undefined, { get: () => anything });

/** The route table of the program itself, with nothing behind its routes. */
export const everyRoute: readonly Route[] = routeTable(anything as RouteParts);

/** How tests call a route, such as `GET /api/state` or `GET /api/messages/*`. */
export function nameOf({ method, path }: Pick<Route, 'method' | 'path'>): string {
  return `${method} ${path}`;
}
