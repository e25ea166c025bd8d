import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { BridgeError } from '../../src-shared/bridge-error.ts';
import type { Outage } from './link.ts';
import type { PlannedCall } from './planned-call.ts';

/** What is known of a call that has failed. */
export interface FailedCall {
  /** Address of the relay. */
  relay: string;
  call: PlannedCall;
  /** A try may have reached the relay: what was asked for may or may not be done. */
  mayBeDone: boolean;
}

/** The answer of a call for which the relay could not be reached. A model reads it, so it says what to do. */
export function unreachable(failed: FailedCall, outage: Outage, now = Date.now()): CallToolResult {
  const { relay } = failed;
  const nextTrySeconds = Math.max(0, Math.ceil((outage.nextTryAt - now) / 1_000));
  const awaySeconds = Math.max(0, Math.round((now - outage.since) / 1_000));
  const sentence = `the relay at ${relay} cannot be reached: ${outage.reason}`;
  return toResult({
    sentence,
    code: 'unreachable',
    details: [
      `It has not answered for ${awaySeconds} s (${outage.tries} tries). This program goes on trying by itself, next in ${nextTrySeconds} s, and every call tries at once.`,
      whatBecameOfIt(failed),
      'The relay keeps its messages and your position; when it is back, go on where you were. If that takes long, tell your user.',
    ],
    facts: {
      ...factsOf(failed),
      unreachable_since: new Date(outage.since).toISOString(),
      tries: outage.tries,
      next_try_seconds: nextTrySeconds,
    },
  });
}

/** The answer of a call that the relay refused at the door. */
export function refused(failed: FailedCall, error: BridgeError): CallToolResult {
  return toResult({
    sentence: `the relay at ${failed.relay} refuses this access: ${error.message}`,
    code: error.code,
    details: [
      error.code === 'unauthorized'
        ? 'The token is missing, wrong, or was revoked or replaced. Only your user can change that: tell them. Calling again without a change will not help.'
        : 'Calling again without a change may not help: tell your user.',
      whatBecameOfIt(failed),
    ],
    facts: { ...factsOf(failed), retry_after_seconds: error.retryAfter ?? null },
  });
}

/** The answer of a call that was under way when the client closed its end. */
export function leaving(failed: FailedCall): CallToolResult {
  return toResult({
    sentence: 'the client has closed its end',
    code: 'shutting_down',
    details: [whatBecameOfIt(failed)],
    facts: factsOf(failed),
  });
}

function whatBecameOfIt({ call, mayBeDone }: FailedCall): string {
  if (call.readOnly) return '';
  if (!mayBeDone) return `Nothing was ${call.tool === 'bridge_send' ? 'sent' : 'changed'}.`;
  if (call.key !== undefined) {
    return `It is not known whether the message was stored. Call bridge_send again with the same arguments and idempotency_key ${JSON.stringify(call.key)}: then it is stored exactly once.`;
  }
  return call.repeatable
    ? 'It is not known whether it was done; calling again does no harm.'
    : 'It is not known whether it was done. Find out before you call again.';
}

function factsOf({ relay, call, mayBeDone }: FailedCall): Record<string, unknown> {
  if (call.readOnly || !mayBeDone) return { relay, outcome: 'not_done' };
  return { relay, outcome: 'unknown', ...(call.key === undefined ? {} : { idempotency_key: call.key }) };
}

interface Answer {
  sentence: string;
  code: BridgeError['code'];
  /** Sentences behind it; empty ones do not count. */
  details: readonly string[];
  facts: Record<string, unknown>;
}

/** Text and structure each say everything, because clients show one of them. */
function toResult({ sentence, code, details, facts }: Answer): CallToolResult {
  const message = [`${sentence}.`, ...details].filter((part) => part !== '').join(' ');
  return {
    isError: true,
    content: [{ type: 'text', text: `${message} (${code})` }],
    structuredContent: { error: message, code, message, ...facts },
  };
}
