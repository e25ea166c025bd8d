import { ApiClient } from '../../src-shared/client/api-client.ts';
import { exitCode } from './exit-codes.ts';
import { untilInterrupted } from './interruption.ts';
import { outputGone, printWarnings } from './output.ts';
import { findTarget, type Target, type TargetPlace } from './target.ts';
import type { TargetOptions } from './target-options.ts';

/** What a command needs that talks to a relay. */
export interface Talk {
  target: Target;
  client: ApiClient;
  /** Aborted when the user breaks the command off, or when nobody reads its output any more. */
  signal: AbortSignal;
}

/**
 * Runs a command against its relay.
 * @returns its exit code; fine as well when its output is no longer wanted, as with `| head`
 */
export async function talk(
  options: TargetOptions,
  place: TargetPlace,
  work: (talk: Talk) => Promise<number>,
): Promise<number> {
  const target = findTarget(options, place);
  printWarnings(target.warnings);
  try {
    return await untilInterrupted((interrupted) => {
      const signal = AbortSignal.any([interrupted, outputGone]);
      return work({ target, client: new ApiClient(target), signal });
    });
  } catch (error) {
    if (outputGone.aborted) return exitCode('fine');
    throw error;
  }
}
