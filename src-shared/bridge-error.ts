/**
 * Every error that a user, an agent or the disk can cause, by its stable code, with the HTTP status it has on the
 * JSON API. Clients may compare codes; sentences may change.
 */
export const errorStatus = {
  // Validation: wire specification 3.2.
  invalid_type: 400,
  required: 400,
  surrounding_whitespace: 400,
  too_long: 400,
  control_character: 400,
  invalid_unicode: 400,
  nul_byte: 400,
  too_deep: 400,
  invalid_json: 400,
  invalid_format: 400,
  invalid_value: 400,
  out_of_range: 400,
  timezone_required: 400,
  unknown_field: 400,
  too_many: 400,
  inconsistent_cursor: 400,
  invalid_protocol: 400,
  too_large: 413,
  // Requests that are refused before they are read: 7.4, 7.5.
  invalid_request: 400,
  invalid_framing: 400,
  tls_required: 400,
  host_not_allowed: 400,
  origin_not_allowed: 403,
  unsupported_media_type: 415,
  request_too_large: 413,
  request_timeout: 408,
  headers_too_large: 431,
  // Who may do what: 7.1, 7.2.
  unauthorized: 401,
  unauthenticated_network: 403,
  missing_right: 403,
  too_many_attempts: 429,
  too_many_messages: 429,
  // What is not there.
  not_found: 404,
  method_not_allowed: 405,
  not_acceptable: 406,
  precondition_failed: 412,
  // What contradicts what is already there, such as a key that was used before (6.5).
  conflict: 409,
  // A chain of answers that is too long to be none of a loop (6.8): waiting does not help.
  too_many_hops: 409,
  in_progress: 409,
  setting_fixed: 409,
  // The address or port cannot be bound.
  port_unavailable: 409,
  // Limits where waiting helps.
  too_many_subscribers: 503,
  too_many_channel_subscribers: 503,
  too_many_sessions: 503,
  too_many_waiters: 503,
  shutting_down: 503,
  // The owner has decided that nothing is handed out for now: 6.10.
  paused: 503,
  // The window asks a relay that its application has stopped, or that has not started yet; never over a network.
  relay_stopped: 503,
  // Said by clients: nobody answered, or something that is no relay did.
  unreachable: 503,
  unexpected_answer: 502,
  // The store could not keep its promise; nothing that was acknowledged is lost and the sender may try again.
  storage_busy: 503,
  storage_full: 503,
  storage_read_only: 503,
  storage_corrupt: 503,
  storage_failed: 503,
  internal_error: 500,
} as const;

export type ErrorCode = keyof typeof errorStatus;

export interface BridgeErrorOptions {
  /** The name of the offending field, parameter or header. */
  field?: string | undefined;
  /** Seconds after which trying again makes sense. */
  retryAfter?: number | undefined;
  /** Further facts for the body of the answer. */
  details?: object | undefined;
  cause?: unknown;
}

/** An expected failure: a stable code and one sentence that says what is wrong and, if possible, what to do. */
export class BridgeError extends Error {
  override readonly name = 'BridgeError';
  readonly code: ErrorCode;
  readonly field: string | undefined;
  readonly retryAfter: number | undefined;
  readonly details: object | undefined;

  constructor(code: ErrorCode, sentence: string, options: BridgeErrorOptions = {}) {
    super(sentence, { cause: options.cause });
    this.code = code;
    this.field = options.field;
    this.retryAfter = options.retryAfter;
    this.details = options.details;
  }

  get status(): number {
    return errorStatus[this.code];
  }

  /** The one shape that errors have on every interface. */
  toBody(): ErrorBody {
    const body: ErrorBody = { error: this.message, code: this.code, message: this.message };
    if (this.field !== undefined) body.field = this.field;
    return { ...body, ...this.details };
  }
}

export interface ErrorBody {
  error: string;
  code: ErrorCode;
  field?: string;
  message: string;
}

/** Anything that was thrown, as an Error. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
