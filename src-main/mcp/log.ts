import { BridgeError, toError } from '../../src-shared/bridge-error.ts';

/** Where the room reports what no caller is told. A pino logger fits. */
export interface McpLog {
  debug(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What a caller is told about anything that was thrown. What nobody expected is logged and stays there. */
export function toBridgeError(thrown: unknown, log: McpLog, what: string): BridgeError {
  if (thrown instanceof BridgeError) return thrown;
  log.error({ err: toError(thrown) }, `${what} failed unexpectedly`);
  return new BridgeError('internal_error', 'the bridge failed to answer; its log says why');
}
