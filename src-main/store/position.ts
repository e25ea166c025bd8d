import type { Position } from './message-store.ts';

/** Whether everything up to `position` lies at or before `limit`. */
export function covers(limit: Position, position: Position): boolean {
  return position.seq <= limit.seq && position.event <= limit.event;
}
