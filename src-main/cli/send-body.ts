import { hostname, userInfo } from 'node:os';
import type { SendBody } from '../../src-shared/api/sending.ts';
import { nameLimits } from '../../src-shared/channel.ts';
import { isJsonObject } from '../../src-shared/json-object.ts';
import { ConfigurationError } from '../settings/configuration-error.ts';
import { readInput } from './input.ts';

/** The options of `claude-bridge send`. */
export interface SendOptions {
  type?: string;
  field?: string[];
  json?: string;
  replyTo?: string;
  thread?: string;
  to?: string;
  key?: string;
  sender?: string;
  waitAck?: number;
}

/**
 * What `send` sends: text as it is, or an envelope as soon as an option asks for one (wire specification 6.2).
 * @param place its variables, and a signal that ends the reading of standard input
 */
export async function sendBody(
  channel: string,
  text: string | undefined,
  options: SendOptions,
  { env, signal }: { env: NodeJS.ProcessEnv; signal: AbortSignal },
): Promise<SendBody> {
  const { type, replyTo, thread, to, key } = options;
  const body = { channel, sender: senderName(options, env), idempotency_key: key };
  const given = await readPayload(text, options, signal);
  const fields = withoutUndefined({ type, reply_to: replyTo, thread_id: thread, recipient: to });
  if ('envelope' in given) return { ...body, message: { ...given.envelope, ...fields } };
  if (typeof given.content === 'string' && Object.keys(fields).length === 0) {
    return { ...body, content: given.content };
  }
  const usualType = replyTo === undefined ? 'message' : 'answer';
  return { ...body, message: { schema_version: 1, type: usualType, content: given.content, ...fields } };
}

type Payload = { content: unknown } | { envelope: Record<string, unknown> };

async function readPayload(
  text: string | undefined,
  { field, json }: SendOptions,
  signal: AbortSignal,
): Promise<Payload> {
  const sources = [text, field, json].filter((source) => source !== undefined);
  if (sources.length > 1) throw new ConfigurationError('give TEXT, --field or --json, not several of them');
  if (field) return { content: readFields(field) };
  if (json !== undefined) return readJson(json, signal);
  if (text !== undefined && text !== '-') return { content: text };
  if (text === undefined && process.stdin.isTTY) {
    throw new ConfigurationError('what is to be sent? Give TEXT, --field or --json, or - for standard input');
  }
  // What programs print ends with a line feed that is no part of it.
  return { content: (await readInput('-', signal)).replace(/\r?\n$/, '') };
}

/** `name=text`, or `name:=json` for numbers, lists and the like. */
function readFields(fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    fields.map((field) => {
      const [, name = '', mark, value = ''] = /^([^=]*?)(:?=)([^]*)$/.exec(field) ?? [];
      if (name === '') throw new ConfigurationError('--field must be name=text or name:=json');
      return [name, mark === ':=' ? parseJson(value, `the field ${name}`) : value];
    }),
  );
}

/** JSON that is a whole envelope, or the content of one. */
async function readJson(path: string, signal: AbortSignal): Promise<Payload> {
  const value = parseJson(await readInput(path, signal), path === '-' ? 'standard input' : path);
  return isJsonObject(value) && Object.hasOwn(value, 'schema_version')
    ? { envelope: value }
    : { content: value };
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ConfigurationError(`${name} is not JSON`);
  }
}

/** Who sends, if nobody says: the user of this machine. */
export function senderName({ sender }: { sender?: string | undefined }, env: NodeJS.ProcessEnv): string {
  const named = sender ?? env['CLAUDE_BRIDGE_SENDER']?.trim();
  return named === undefined || named === ''
    ? `${userName()}@${hostname()}`.slice(0, nameLimits.sender)
    : named;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // The user of a container may have no name.
    return 'user';
  }
}

function withoutUndefined(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
