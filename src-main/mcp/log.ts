import { BridgeError, toError, type ErrorCode } from '../../src-shared/bridge-error.ts';

/** Where the room reports what no caller is told. A pino logger fits. */
export interface McpLog {
  debug(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Who is told of errors besides the caller. */
export interface ErrorReaders {
  log: McpLog;
  /** Told of every error that is an answer. */
  onRefused?: ((code: ErrorCode) => void) | undefined;
}

/** What a caller is told about anything that was thrown. What nobody expected is logged and stays there. */
export function toBridgeError(thrown: unknown, { log, onRefused }: ErrorReaders, what: string): BridgeError {
  const error = thrown instanceof BridgeError ? thrown : unexpected(thrown, log, what);
  onRefused?.(error.code);
  return error;
}

function unexpected(thrown: unknown, log: McpLog, what: string): BridgeError {
  log.error({ err: toError(thrown) }, `${what} failed unexpectedly`);
  return new BridgeError('internal_error', 'the bridge failed to answer; its log says why');
}
