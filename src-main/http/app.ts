import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { Gate } from './gate.ts';
import { normalizeTarget } from './request-target.ts';
import type { RouteParts } from './parts.ts';
import type { Route } from './route.ts';
import { adminRoutes } from './routes/admin.ts';
import { clearRoutes } from './routes/clear.ts';
import { eventRoutes } from './routes/events.ts';
import { mcpRoutes } from './routes/mcp.ts';
import { messageRoutes } from './routes/messages.ts';
import { stateRoutes } from './routes/state.ts';
import { statusRoutes } from './routes/status.ts';
import { servePage } from './page.ts';

/** The route table: every path the relay answers, and what a request needs to get there. */
export function routeTable(parts: RouteParts): Route[] {
  return [
    ...messageRoutes(parts),
    ...mcpRoutes(parts),
    ...eventRoutes(parts),
    ...stateRoutes(parts),
    ...statusRoutes(parts),
    ...clearRoutes(parts),
    ...adminRoutes(parts),
  ];
}

/** The HTTP face of the relay. */
export function createApp(parts: RouteParts, gate: Gate): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  // Each path has one spelling: otherwise `/sse/` would reach what only `/sse` guards.
  app.enable('strict routing');
  app.enable('case sensitive routing');
  app.set('query parser', false);

  app.use((request, response, next) => {
    normalizeTarget(request);
    if (gate.admit(request, response)) next();
  });
  for (const [path, routes] of byPath(routeTable(parts))) {
    app.all(pattern(path), (request, response) => dispatch(gate, routes, request, response));
  }
  if (parts.dashboard !== undefined) app.use(servePage(parts.dashboard));
  app.use((request, response) => gate.reject(request, response, new BridgeError('not_found', 'not found')));
  // Express recognises an error handler by its four parameters.
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) =>
    gate.refuse(request, response, error),
  );
  return app;
}

async function dispatch(
  gate: Gate,
  routes: readonly Route[],
  request: Request,
  response: Response,
): Promise<void> {
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const route = routes.find((candidate) => candidate.method === method || candidate.method === 'ANY');
  if (route) {
    await gate.pass(route, request, response);
    return;
  }
  const allowed = routes.map((candidate) => candidate.method).join(', ');
  const hint = routes.find((candidate) => candidate.hint !== undefined)?.hint;
  response.setHeader('Allow', allowed);
  const error = new BridgeError(
    'method_not_allowed',
    `${request.method} is not allowed here; use ${hint ?? allowed}`,
  );
  await gate.reject(request, response, error, hint === undefined ? {} : { hint });
}

function byPath(routes: readonly Route[]): Map<string, Route[]> {
  const paths = new Map<string, Route[]>();
  for (const route of routes) {
    const known = paths.get(route.path);
    if (known) known.push(route);
    else paths.set(route.path, [route]);
  }
  return paths;
}

/** A pattern without parameters: names in paths are decoded by their routes, once. */
function pattern(path: string): string | RegExp {
  return path.endsWith('*') ? new RegExp(`^${path.slice(0, -1)}`) : path;
}
