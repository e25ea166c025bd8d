import type { Exchange } from '../exchange.ts';
import type { McpContext, RouteParts } from '../parts.ts';
import { securityHeaders } from '../respond.ts';
import type { Route } from '../route.ts';

/** MCP over HTTP: `/mcp`, and the older `/sse` with `/messages/` (wire specification 5.2). */
export function mcpRoutes({ mcp }: RouteParts): Route[] {
  const handle: Route['handle'] = async (exchange) => {
    const { streamableHttp } = await mcp();
    await streamableHttp.handle(exchange.request, exchange.response, contextOf(exchange));
  };
  return [
    { method: 'POST', path: '/mcp', right: 'read', body: 'any', handle },
    { method: 'GET', path: '/mcp', right: 'read', handle },
    { method: 'DELETE', path: '/mcp', right: 'read', handle },
    {
      method: 'GET',
      path: '/sse',
      right: 'read',
      handle: async (exchange) => {
        const { legacySse } = await mcp();
        await legacySse.open(exchange.request, exchange.response, contextOf(exchange));
      },
    },
    {
      method: 'POST',
      path: '/messages/',
      right: 'read',
      body: 'any',
      handle: async (exchange) => {
        const { legacySse } = await mcp();
        await legacySse.post(exchange.request, exchange.response, contextOf(exchange));
      },
    },
  ];
}

/** A tool asks for its own right; reaching the endpoint takes none beyond `read`. */
function contextOf({ principal, address, body }: Exchange): McpContext {
  if (!principal) throw new Error('MCP routes are never public');
  return { principal, address, body, extraHeaders: securityHeaders };
}
