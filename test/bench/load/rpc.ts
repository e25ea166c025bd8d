/** What an MCP client says. */

export const protocolVersion = '2025-06-18';

export const initialize = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion, capabilities: {}, clientInfo: { name: 'bench', version: '1' } },
};

export const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' };

/** A call of `bridge_send`. */
export function callOf(id: number, message: object): object {
  return { jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'bridge_send', arguments: message } };
}
