import { randomUUID } from 'node:crypto';
import type { CallToolRequest, CallToolResult, Implementation } from '@modelcontextprotocol/sdk/types.js';
import { isJsonObject } from '../../src-shared/json-object.ts';
import { tools } from '../mcp/tools/index.ts';
import { secondsToWait, usualSeconds } from '../mcp/tools/wait.ts';

/** How long a call that does not wait goes on trying to reach the relay, in ms: long enough for it to be restarted. */
const patienceMs = 10_000;

/** A wait that ends sooner than its time by less than this has lasted its time, in ms. */
const toleranceMs = 1_000;

const annotationsOf = new Map(tools.map(({ name, annotations }) => [name, annotations]));

/** A call of a client, and what is needed to carry it through interruptions. */
export interface PlannedCall {
  tool: string;
  /** Milliseconds for which it goes on trying. */
  patienceMs: number;
  /** Only reads, so nothing is left behind when it fails. */
  readOnly: boolean;
  /** Doing it twice is the same as doing it once, so it may be repeated when nobody knows whether it was done. */
  repeatable: boolean;
  /** It waits at the relay for as long as it has patience. */
  waits: boolean;
  /** Under which key a message is sent. */
  key: string | undefined;
  /** What is sent to the relay, when so many milliseconds are left. */
  paramsWithin: (leftMs: number) => CallToolRequest['params'];
  /** The relay has ended the wait before its time, as it does when it stops. */
  endedEarly: (result: CallToolResult, leftMs: number) => boolean;
}

export function planCall(params: CallToolRequest['params'], client: Implementation | undefined): PlannedCall {
  const { name: tool, arguments: input = {} } = params;
  const {
    readOnlyHint = false,
    idempotentHint = false,
    destructiveHint = true,
  } = annotationsOf.get(tool) ?? {};
  const plan: PlannedCall = {
    ...{ tool, patienceMs, waits: false, key: undefined },
    readOnly: readOnlyHint,
    repeatable: readOnlyHint || (idempotentHint && !destructiveHint),
    paramsWithin: () => params,
    endedEarly: () => false,
  };
  if (tool === 'bridge_send') return planSend(plan, params, input);
  if (tool === 'bridge_wait') return planWait(plan, params, input, client);
  return plan;
}

/** With a key, a message that is sent again is stored once, so each message gets one. */
function planSend(
  plan: PlannedCall,
  params: CallToolRequest['params'],
  input: Record<string, unknown>,
): PlannedCall {
  const { idempotency_key, message } = input;
  const given = idempotency_key ?? (isJsonObject(message) ? message['dedupe_key'] : undefined) ?? undefined;
  const sent = { ...plan, repeatable: true };
  // What is no text is refused by the relay.
  if (given !== undefined) return { ...sent, key: typeof given === 'string' ? given : undefined };
  const key = `stdio:${randomUUID()}`;
  const keyed = { ...params, arguments: { ...input, idempotency_key: key } };
  return { ...sent, key, paramsWithin: () => keyed };
}

/** A wait that was interrupted goes on for the rest of its time. */
function planWait(
  plan: PlannedCall,
  params: CallToolRequest['params'],
  input: Record<string, unknown>,
  client: Implementation | undefined,
): PlannedCall {
  const asked = input['timeout_seconds'] ?? usualSeconds;
  // The relay says what is wrong with it.
  if (typeof asked !== 'number') return plan;
  return {
    ...plan,
    waits: true,
    // Timers take whole milliseconds.
    patienceMs: Math.ceil(secondsToWait(asked, client) * 1_000),
    paramsWithin: (leftMs) => ({
      ...params,
      arguments: { ...input, timeout_seconds: Math.max(0, leftMs) / 1_000 },
    }),
    endedEarly: ({ structuredContent: said }, leftMs) =>
      leftMs > toleranceMs && said?.['timed_out'] === true && said['warning'] === null,
  };
}
