import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { EmbeddedRelay } from './embedded-relay.ts';

/**
 * Has the relay listen there, and keeps the choice.
 * @throws BridgeError that says why it does not
 */
export async function listenOn(relay: EmbeddedRelay, host: string, port: number): Promise<void> {
  await relay.apply({ host, port });
  await relay.start();
  const { error } = relay.status();
  if (error) throw new BridgeError(error.code, error.message, { field: error.field });
}

/** The port that is set, whether or not the relay runs. */
export function portOf(relay: EmbeddedRelay): number {
  return Number(relay.settings().settings.find(({ key }) => key === 'port')?.value);
}
