import { ApiClient } from '../../../src-shared/client/api-client.ts';
import { toError } from '../../../src-shared/bridge-error.ts';
import { onOneLine } from '../../../src-shared/text.ts';
import type { WhoamiResponse } from '../../../src-shared/api/tokens.ts';
import type { Target } from '../target.ts';
import type { Finding } from './finding.ts';

/** How long one look at the relay may take, in ms. */
export const lookMs = 8_000;

/** A relay under examination, with what is known of it so far. */
export class Examination {
  readonly target: Target;
  readonly client: ApiClient;
  /** Undefined until the relay has said who we are to it. */
  who: WhoamiResponse | undefined;

  constructor(target: Target) {
    this.target = target;
    this.client = new ApiClient(target);
  }

  get url(): URL {
    return new URL(this.target.url);
  }

  /** Whether our credential has this right on every channel or on some. */
  may(right: 'read' | 'send' | 'clear' | 'admin'): boolean {
    return this.who?.principal.rights.includes(right) ?? false;
  }
}

/** A look at something; what it throws is no finding but a bug. */
export type Check = (examination: Examination) => Promise<Finding[]>;

/** The reason in whatever was thrown, on one line. */
export function reason(thrown: unknown): string {
  return onOneLine(toError(thrown).message);
}
