/**
 * The callback of a write to a stream that calls `onWritten` once everything was handed to the system, and never when
 * the reader went away before that: Node then calls back with an error.
 */
export function ifWritten(onWritten: (() => void) | undefined): (error?: Error | null) => void {
  return (error) => {
    if (!error) onWritten?.();
  };
}
