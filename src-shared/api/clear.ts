import * as z from 'zod';
import { existingChannel } from '../channel.ts';

/** The body of `POST /api/clear` and the input of `bridge_clear` (3.8). */
export const clearRequest = z.object({ channel: existingChannel });
export type ClearRequest = z.infer<typeof clearRequest>;

export interface ClearResponse {
  channel: string;
  cleared: number;
}
