import type { ToolAnnotations } from '@modelcontextprotocol/sdk/types.js';
import type * as z from 'zod';
import type { Right } from '../../../src-shared/access.ts';
import { validate } from '../../../src-shared/validation.ts';
import type { Actor } from '../../relay/actor.ts';
import type { Relay } from '../../relay/relay.ts';
import { requireRight, type Principal } from '../../security/principal.ts';

/** Everything a tool may use to answer one call. */
export interface ToolCall {
  relay: Relay;
  /** Version of this relay. */
  version: string;
  /** Who asks, by the credential of the request that carried the call. */
  principal: Principal;
  actor: Actor;
  /** What the client calls itself; known once it has initialized this session. */
  client: { name: string; version: string } | undefined;
  /** Aborted when the client cancels the call or goes away. */
  signal: AbortSignal;
  /** Aborted when a call that waits is to end with a normal answer. */
  stopping: AbortSignal;
  /** Bytes that the text and the structure of the answer may each take. */
  resultBytes: number;
  /** Milliseconds between notes of progress. */
  progressMs: number;
  /** Tells a client that asked for it how far the call is; what it does not ask for is not sent. */
  progress: (progress: { progress: number; total: number; message: string }) => void;
}

/**
 * What a tool answers. Some clients show their model only the text, others only the structure, so each of the two
 * carries the complete answer.
 */
export interface ToolAnswer {
  text: string;
  structured: Record<string, unknown>;
  /** Called once the answer was written out completely, and never otherwise. */
  onWritten?: (() => void) | undefined;
}

interface ToolDefinition<Input> {
  name: string;
  title: string;
  /** Under 1 kB: some clients cut what is longer. The first line says what the tool is for. */
  description: string;
  annotations: ToolAnnotations;
  /**
   * The right that a principal needs to call it, at least on some channel: the relay asks again for the one in question.
   * `authenticated`: whoever may come in at all.
   */
  right: Right | 'authenticated';
  /** Every property has a description in its metadata. Unknown properties are ignored. */
  input: z.ZodObject & z.ZodType<Input>;
  answer: (input: Input, call: ToolCall) => Promise<ToolAnswer>;
}

export interface Tool extends Omit<ToolDefinition<unknown>, 'answer'> {
  /** @throws BridgeError for a missing right, an invalid argument, or what the relay refuses. */
  run: (input: unknown, call: ToolCall) => Promise<ToolAnswer>;
}

export function defineTool<Input>({ answer, ...tool }: ToolDefinition<Input>): Tool {
  return {
    ...tool,
    run: async (input, call) => {
      if (tool.right !== 'authenticated') requireRight(call.principal, tool.right);
      return answer(validate<Input>(tool.input, input), call);
    },
  };
}

/** Hints for a tool that only reads: clients may call it without asking. */
export const readOnly: ToolAnnotations = { readOnlyHint: true, destructiveHint: false, openWorldHint: false };
