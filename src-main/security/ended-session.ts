import { BridgeError } from '../../src-shared/bridge-error.ts';

/** What a browser is told whose session has ended while it could not know. To it, this is `unauthorized` like any other. */
export class EndedSession extends BridgeError {
  constructor() {
    super('unauthorized', 'unauthorized');
  }
}
