import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { BridgeStatus } from '../../src-shared/bridge-status.ts';
import type { DesktopState } from '../../src-shared/desktop-state.ts';
import type { DesktopAnswer, DesktopBridge, DesktopCallOutputs } from '../../src-shared/ipc.ts';
import type { DesktopCallName } from '../../src-shared/ipc-channels.ts';

/** The application in whose window the page is: how it stands, and what it can be asked to do. */
export class Application {
  readonly bridge: DesktopBridge;
  /** Undefined until the application has told. */
  state = $state.raw<DesktopState>();

  constructor(bridge: DesktopBridge) {
    this.bridge = bridge;
  }

  /** The relay, while it is not running. */
  get relayAtRest(): BridgeStatus | undefined {
    return this.state && this.state.relay.state !== 'running' ? this.state.relay : undefined;
  }

  /** Follows the application. Returns the function that ends it. */
  start(onState: (state: DesktopState) => void): () => void {
    const take = (state: DesktopState) => {
      this.state = state;
      onState(state);
    };
    const stop = this.bridge.onState(take);
    void answered(this.bridge.readState()).then(take);
    return stop;
  }
}

/** What a call of the application answers. @throws BridgeError when it is refused */
export async function answered<N extends DesktopCallName>(
  call: Promise<DesktopAnswer<N>>,
): Promise<DesktopCallOutputs[N]> {
  const answer = await call;
  if (answer.ok) return answer.value;
  const { code, message, field } = answer.error;
  throw new BridgeError(code, message, { field });
}
