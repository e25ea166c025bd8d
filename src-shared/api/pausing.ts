/** `POST /api/relay/pause` and `POST /api/relay/resume`. */
export interface PauseResponse {
  paused: boolean;
  paused_since: string | null;
  held_messages: number;
}
