import { BridgeError } from '../../src-shared/bridge-error.ts';
import { NoConnection } from '../remote/no-connection.ts';

/** What ends a send without saying whether its message is stored: no answer, one of somebody else, or one that failed. */
const open = new Set<string>(['unreachable', 'unexpected_answer', 'internal_error']);

/** Whether the message of a send that failed with `error` may be stored all the same. */
export function mayBeStored(error: unknown): error is BridgeError {
  if (!(error instanceof BridgeError) || !open.has(error.code)) return false;
  return error.cause instanceof NoConnection ? error.cause.mayHaveArrived : true;
}
