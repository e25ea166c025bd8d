import { errorStatus, type ErrorCode } from '../../src-shared/bridge-error.ts';
import { pagePolicy } from '../../src-shared/page-policy.ts';
import { strictTransport } from '../../src-main/http/respond.ts';
import type { WireAnswer } from './wire.ts';

/** What no answer may break, whatever was asked. Each rule says what is wrong, or nothing. */

const fixedHeaders: [name: string, value: RegExp][] = [
  ['vary', /^Origin$/],
  ['cache-control', /^no-store(?:, no-transform)?$|^no-cache$/],
  ['x-content-type-options', /^nosniff$/],
  ['x-frame-options', /^DENY$/],
  ['referrer-policy', /^no-referrer$/],
  ['permissions-policy', /^camera=\(\), microphone=\(\), geolocation=\(\), payment=\(\)$/],
];
const closedPolicy = "default-src 'none'; frame-ancestors 'none'";

/** What else may be there. A name that is not in this list was put there by the request. */
const otherHeaders = new Set([
  'accept-ranges',
  'access-control-allow-credentials',
  'access-control-allow-headers',
  'access-control-allow-methods',
  'access-control-allow-origin',
  'access-control-expose-headers',
  'access-control-max-age',
  'allow',
  'connection',
  'content-disposition',
  'content-length',
  'content-security-policy',
  'content-type',
  'date',
  'etag',
  'keep-alive',
  'last-modified',
  'mcp-session-id',
  'retry-after',
  'set-cookie',
  'strict-transport-security',
  'transfer-encoding',
  'www-authenticate',
  'x-accel-buffering',
]);

/** A trace, or a path of the machine. */
const innards = /\n\s+at |node:internal|node_modules|src-main\//;

/** Codes that say that something of ours has failed. */
const ourFault = /^(?:internal_error|storage_)/;

export interface Asked {
  headOnly: boolean;
  /** Over TLS. */
  secure: boolean;
  /** Texts that no answer may hold. */
  secrets: readonly string[];
}

export function faultsOf(answer: WireAnswer, { headOnly, secure, secrets }: Asked): string[] {
  const { status, body, complete } = answer;
  const faults = headerFaults(answer);
  if (headerOf(answer, 'strict-transport-security') !== (secure ? strictTransport : undefined))
    faults.push('what it says of transport security is wrong');
  if (status < 200 || status > 599) faults.push(`the status is ${status}`);
  if (status >= 300 && status < 400 && status !== 304) faults.push('it redirects');
  if (headOnly || !complete) return faults;
  if (innards.test(body)) faults.push('it shows the inside of the program');
  if (secrets.some((secret) => body.includes(secret))) faults.push('it holds a secret');
  const type = headerOf(answer, 'content-type') ?? '';
  if (status >= 400) faults.push(...errorFaults(status, body));
  else if (type === 'application/json' && body !== '' && parsed(body) === undefined)
    faults.push('it is not JSON');
  if (type.startsWith('text/event-stream')) faults.push(...frameFaults(body));
  return faults;
}

function headerFaults(answer: WireAnswer): string[] {
  const faults: string[] = [];
  for (const [name, value] of fixedHeaders) {
    if (!value.test(headerOf(answer, name) ?? '')) faults.push(`the header ${name} is missing or wrong`);
  }
  const policy = headerOf(answer, 'content-security-policy');
  const isPage = headerOf(answer, 'cache-control') === 'no-cache';
  if (policy !== (isPage ? pagePolicy : closedPolicy))
    faults.push('the content security policy is missing or wrong');
  const known = (name: string) => otherHeaders.has(name) || fixedHeaders.some(([fixed]) => fixed === name);
  const strange = answer.headers.map(([name]) => name).filter((name) => !known(name));
  if (strange.length > 0) faults.push(`it has the headers ${strange.join(', ')}`);
  return faults;
}

/** The one shape that errors have, by itself or as the data of a JSON-RPC error. */
function errorFaults(status: number, body: string): string[] {
  const value = parsed(body) as { jsonrpc?: unknown; error?: unknown } | undefined;
  if (typeof value !== 'object') return ['the error is not JSON'];
  if (value.jsonrpc === undefined) return shapeFaults(value, status);
  return rpcFaults(value);
}

function shapeFaults(value: unknown, status?: number): string[] {
  const { error, code, message, field } = (value ?? {}) as Record<string, unknown>;
  if (typeof code !== 'string' || !Object.hasOwn(errorStatus, code))
    return [`the error has the code ${String(code)}`];
  const faults: string[] = [];
  if (ourFault.test(code)) faults.push(`the error is ${code}: ${String(error)}`);
  if (typeof error !== 'string' || error === '' || error !== message)
    faults.push('the error has no sentence');
  if (field !== undefined && typeof field !== 'string') faults.push('the error has a strange field');
  const wanted = errorStatus[code as ErrorCode];
  if (status !== undefined && status !== wanted)
    faults.push(`${code} has the status ${status}, not ${wanted}`);
  return faults;
}

/** What a JSON-RPC answer may say: a result, a failed tool with the shape of errors, or an error that is not our fault. */
export function rpcFaults(value: unknown): string[] {
  const { jsonrpc, result, error } = (value ?? {}) as Record<string, unknown>;
  if (jsonrpc !== '2.0') return ['the answer is not JSON-RPC'];
  if (error !== undefined) {
    const { code, message, data } = error as Record<string, unknown>;
    if (!Number.isInteger(code) || typeof message !== 'string')
      return ['the JSON-RPC error has no code or message'];
    if (code === -32_603) return [`the JSON-RPC error is internal: ${message}`];
    return data === undefined ? [] : shapeFaults(data);
  }
  if (typeof result !== 'object' || result === null) return ['the answer has neither result nor error'];
  const { isError, structuredContent, content } = result as Record<string, unknown>;
  if (isError !== true) return [];
  if (!Array.isArray(content) || content.length === 0) return ['a failed tool says nothing'];
  return shapeFaults(structuredContent);
}

/** Each frame of a stream of MCP that has data carries one JSON-RPC message; a request or note has a method. */
function frameFaults(text: string): string[] {
  return Array.from(
    text.matchAll(/^data: (\{.*\})\r?$/gm),
    ([, data = '']) => parsed(data) as Record<string, unknown>,
  )
    .filter((value) => !('method' in value))
    .flatMap(rpcFaults);
}

export function headerOf({ headers }: WireAnswer, name: string): string | undefined {
  return headers.find(([one]) => one === name)?.[1];
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
