import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Router, type Request, type Response } from 'express';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { Gate } from './gate.ts';
import { normalizeTarget, pathOf } from './request-target.ts';
import type { RequestCount } from '../metrics/meters.ts';
import type { RouteParts } from './parts.ts';
import type { Route } from './route.ts';
import { addressRoutes } from './routes/addresses.ts';
import { agentRoutes } from './routes/agents.ts';
import { archiveRoutes } from './routes/archive.ts';
import { auditRoutes } from './routes/audit.ts';
import { backupRoutes } from './routes/backup.ts';
import { clearRoutes } from './routes/clear.ts';
import { consumerRoutes } from './routes/consumers.ts';
import { eventRoutes } from './routes/events.ts';
import { mcpRoutes } from './routes/mcp.ts';
import { messageRoutes } from './routes/messages.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { refusalRoutes } from './routes/refusals.ts';
import { searchRoutes } from './routes/search.ts';
import { settingsRoutes } from './routes/settings.ts';
import { sessionRoutes } from './routes/session.ts';
import { sessionsRoutes } from './routes/sessions.ts';
import { sharedTokenRoutes } from './routes/shared-token.ts';
import { stateRoutes } from './routes/state.ts';
import { statusRoutes } from './routes/status.ts';
import { pauseRoutes } from './routes/pause.ts';
import { relayRoutes } from './routes/relay.ts';
import { pairingRoutes } from './routes/pairings.ts';
import { sendRoutes } from './routes/send.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { waitRoutes } from './routes/wait.ts';
import { whoamiRoutes } from './routes/whoami.ts';
import { servePage } from './page.ts';

/** The route table: every path the relay answers, and what a request needs to get there. */
export function routeTable(parts: RouteParts): Route[] {
  return [
    ...sendRoutes(parts),
    ...messageRoutes(parts),
    ...searchRoutes(parts),
    ...waitRoutes(parts),
    ...mcpRoutes(parts),
    ...eventRoutes(parts),
    ...sessionRoutes(parts),
    ...sessionsRoutes(parts),
    ...consumerRoutes(parts),
    ...agentRoutes(parts),
    ...addressRoutes(parts),
    ...refusalRoutes(parts),
    ...stateRoutes(parts),
    ...statusRoutes(parts),
    ...clearRoutes(parts),
    ...settingsRoutes(parts),
    ...pauseRoutes(parts),
    ...relayRoutes(parts),
    ...sharedTokenRoutes(parts),
    ...auditRoutes(parts),
    ...backupRoutes(parts),
    ...tokenRoutes(parts),
    ...pairingRoutes(parts),
    ...whoamiRoutes(),
    ...archiveRoutes(parts),
    ...metricsRoutes(parts),
  ];
}

/**
 * The HTTP face of the relay. Express's router without its application: the latter gives every request another
 * prototype, which costs more than all our checks, and nothing of what that brings is used. Most requests name a path
 * to the letter and need no router either, which would try its patterns one after the other.
 */
export function createApp(parts: RouteParts, gate: Gate): RequestListener {
  // Each path has one spelling: otherwise `/sse/` would reach what only `/sse` guards.
  const router = Router({ strict: true, caseSensitive: true });
  const exact = new Map<string, Serve>();
  const { meters } = parts;
  // Pages, paths and methods that do not exist, preflights, foreign hosts.
  const others = meters.countRequests('', 'other');
  for (const [path, routes] of byPath(routeTable(parts))) {
    const counted = routes.map((route) => ({ route, requests: meters.countRequests(route.method, path) }));
    const serve: Serve = async (request, response) => {
      const found = routeFor(request, counted);
      if (found) await gate.pass(found.route, request, response);
      else await rejectMethod(gate, routes, request, response);
      (found?.requests ?? others).answered(response.statusCode);
    };
    router.all(pattern(path), serve);
    if (!path.endsWith('*')) exact.set(path, serve);
  }
  router.use((_request, response, next) => {
    response.once('close', () => others.answered(response.statusCode));
    next();
  });
  if (parts.dashboard !== undefined) router.use(servePage(parts.dashboard, () => parts.limits().dashboard));
  return (request, response) => {
    normalizeTarget(request);
    if (!gate.admit(request, response)) {
      others.answered(response.statusCode);
      return;
    }
    const serve = exact.get(pathOf(request.url));
    if (serve) {
      serve(request, response).catch((error: unknown) => gate.refuse(request, response, error));
      return;
    }
    router(request as Request, response as Response, (error: unknown) => {
      if (error !== undefined) gate.refuse(request, response, error);
      else void gate.reject(request, response, new BridgeError('not_found', 'not found'));
    });
  };
}

type Serve = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

interface CountedRoute {
  route: Route;
  requests: RequestCount;
}

function routeFor(request: IncomingMessage, routes: readonly CountedRoute[]): CountedRoute | undefined {
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  return routes.find(({ route }) => route.method === method || route.method === 'ANY');
}

async function rejectMethod(
  gate: Gate,
  routes: readonly Route[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const allowed = routes.map(({ method }) => method).join(', ');
  const hint = routes.find((route) => route.hint !== undefined)?.hint;
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
