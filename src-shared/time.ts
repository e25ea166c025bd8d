/** The longest time that a timer of Node can hold. */
export const longestTimerMs = 2_147_483_647;
export const longestTimerSeconds = Math.floor(longestTimerMs / 1_000);

/**
 * A moment in the form of the wire: UTC with six fractional digits and a `Z`, so that comparing timestamps as text
 * compares them in time (wire specification 2.5).
 * @param milliseconds since 1970
 */
export function formatTimestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 23)}000Z`;
}
