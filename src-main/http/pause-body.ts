import type { PauseResponse } from '../../src-shared/api/pausing.ts';
import type { PauseState } from '../relay/pausing.ts';

/** What clients are told about a pause, or that there is none. */
export function toPauseBody(pause: PauseState | undefined): PauseResponse {
  return {
    paused: pause !== undefined,
    paused_since: pause?.since ?? null,
    held_messages: pause?.held ?? 0,
  };
}
