import { BridgeError, errorStatus, type ErrorCode } from '../../src-shared/bridge-error.ts';
import { isJsonObject } from '../../src-shared/json-object.ts';
import { NoConnection } from './no-connection.ts';

/** The relay does not know the session any more: it was started anew, or has forgotten it. Nothing was done. */
export class SessionLost extends Error {
  override readonly name = 'SessionLost';

  constructor() {
    super('the relay has ended the session');
  }
}

/**
 * @throws SessionLost
 * @throws NoConnection when something other than a relay answers, or a relay that asks to be left alone for a moment
 * @throws BridgeError for every other refusal, which trying again does not change
 */
export async function checkAccepted(response: Response): Promise<void> {
  if (response.ok) return;
  const { status } = response;
  const refusal = refusalIn(parsed(await response.text()));
  if (!refusal) {
    // A gateway that answers in place of the relay may have passed the request on.
    throw new NoConnection(
      `something other than a relay answers there (HTTP status ${status})`,
      status >= 500,
    );
  }
  if (refusal.field === 'Mcp-Session-Id') throw new SessionLost();
  const seconds = Number(response.headers.get('Retry-After') ?? NaN);
  const retryAfter = Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
  if (status === 503) throw new NoConnection(refusal.message, false, retryAfter);
  throw new BridgeError(refusal.code, refusal.message, { field: refusal.field, retryAfter });
}

/** The error of the relay in a body: inside a JSON-RPC error, or as it is on every other path. */
export function refusalIn(body: unknown): BridgeError | undefined {
  const error = isJsonObject(body) ? body['error'] : undefined;
  const shape = isJsonObject(error) ? error['data'] : body;
  if (!isJsonObject(shape) || typeof shape['error'] !== 'string') return undefined;
  const { code, field } = shape;
  return new BridgeError(knownCode(code), shape['error'], {
    field: typeof field === 'string' ? field : undefined,
  });
}

/** A newer relay may have codes that this program does not know; its sentence still says what is wrong. */
function knownCode(code: unknown): ErrorCode {
  const known = typeof code === 'string' && Object.hasOwn(errorStatus, code);
  return known ? (code as ErrorCode) : 'unexpected_answer';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
