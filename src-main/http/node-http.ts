/**
 * Node's `http` without the facade that an import makes. That reads all exports, WebSocket among them, and so loads Node's
 * client for fetch and HTTP/2: memory, and time at the start, for which a relay has no use.
 */
export const { createServer, request, STATUS_CODES } = process.getBuiltinModule('node:http');
