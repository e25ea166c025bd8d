import type { IncomingMessage } from 'node:http';
import type { RefusalBody } from '../../src-shared/api/refusals.ts';
import type { BridgeError, ErrorCode } from '../../src-shared/bridge-error.ts';
import { shorten } from '../../src-shared/text.ts';
import { formatTimestamp } from '../../src-shared/time.ts';

/** How many are remembered: enough for whoever sets up a machine and looks. */
const most = 50;

/** Longest path and name of a program that are kept, in code points. */
const maxText = 200;

/** Answers that say: you have reached the relay, but not like this. */
const codes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'unauthorized',
  'unauthenticated_network',
  'too_many_attempts',
  'host_not_allowed',
  'tls_required',
  'not_found',
  'method_not_allowed',
]);

/**
 * Who came lately and was not let in, for administrators who connect a machine and see nothing arrive (wire specification
 * 3.18). In memory only, whether or not the audit log is on. What pages in browsers ask for is left out: nobody sets one up.
 */
export class Refusals {
  /** Newest last. */
  #list: RefusalBody[] = [];

  note({ code }: BridgeError, request: IncomingMessage, address: string): void {
    const { headers, method = '', url = '/' } = request;
    if (!codes.has(code) || headers['sec-fetch-site'] !== undefined) return;
    const [path = ''] = url.split('?', 1);
    // Something that is asked for by its name and is not there is an answer like others.
    if (code === 'not_found' && path.startsWith('/api/')) return;
    const refusal: RefusalBody = {
      at: formatTimestamp(Date.now()),
      times: 1,
      address,
      method,
      path: shorten(path, maxText),
      user_agent: headers['user-agent'] === undefined ? null : shorten(headers['user-agent'], maxText),
      code,
      with_credential: headers.authorization !== undefined,
    };
    const same = this.#list.findIndex((one) => keyOf(one) === keyOf(refusal));
    const [before] = same < 0 ? [] : this.#list.splice(same, 1);
    refusal.times += before?.times ?? 0;
    this.#list.push(refusal);
    if (this.#list.length > most) this.#list.shift();
  }

  /** Newest first. */
  list(): RefusalBody[] {
    return this.#list.toReversed();
  }
}

function keyOf({ address, method, path, code, with_credential }: RefusalBody): string {
  return JSON.stringify([address, method, path, code, with_credential]);
}
