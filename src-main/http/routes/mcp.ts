import { markOpenEnded } from '../connections.ts';
import type { Exchange } from '../exchange.ts';
import type { McpContext, RouteParts } from '../parts.ts';
import { securityHeaders } from '../respond.ts';
import type { Route } from '../route.ts';

/** MCP over HTTP: `/mcp`, and the older `/sse` with `/messages/` (wire specification 5.2). */
export function mcpRoutes({ mcp }: RouteParts): Route[] {
  const handle: Route['handle'] = async (exchange) => {
    const { streamableHttp } = await mcp();
    if (exchange.request.method === 'GET') markOpenEnded(exchange.response);
    await streamableHttp.handle(exchange.request, exchange.response, contextOf(exchange));
  };
  return [
    { method: 'ANY', path: '/mcp', right: 'authenticated', body: 'rpc', handle },
    {
      method: 'GET',
      path: '/sse',
      right: 'authenticated',
      handle: async (exchange) => {
        const { legacySse } = await mcp();
        markOpenEnded(exchange.response);
        await legacySse.open(exchange.request, exchange.response, contextOf(exchange));
      },
    },
    {
      method: 'POST',
      path: '/messages/',
      right: 'authenticated',
      body: 'rpc',
      handle: async (exchange) => {
        const { legacySse } = await mcp();
        await legacySse.post(exchange.request, exchange.response, contextOf(exchange));
      },
    },
  ];
}

/** Each tool asks for its own right, so reaching the endpoints takes none. */
function contextOf({ principal, address, body }: Exchange): McpContext {
  if (!principal) throw new Error('MCP routes are never public');
  return { principal, address, body, extraHeaders: securityHeaders };
}
