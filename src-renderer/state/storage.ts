/**
 * What this browser remembers, as JSON under a prefix. Never a token and never what a message says. Storage may be
 * switched off or full: then nothing is remembered, and everything else works.
 */
const prefix = 'claude-bridge.';

/** The value under `key`; undefined if there is none that can be read. Others may have written it: check its parts. */
export function readStored(key: string, area: Storage | undefined = areaOf('localStorage')): unknown {
  try {
    return JSON.parse(area?.getItem(prefix + key) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}

/** Remembers `value`, or forgets it if it is undefined. */
export function writeStored(key: string, value: unknown, area = areaOf('localStorage')): void {
  try {
    if (value === undefined) area?.removeItem(prefix + key);
    else area?.setItem(prefix + key, JSON.stringify(value));
  } catch {
    // Full, or forbidden.
  }
}

/** Calls `changed` when another tab has written `key`. Returns the function that stops it. */
export function onStored(key: string, changed: () => void): () => void {
  const listen = (event: StorageEvent) => {
    if (event.key === prefix + key || event.key === null) changed();
  };
  addEventListener('storage', listen);
  return () => removeEventListener('storage', listen);
}

/** The storage of this tab alone, which a reload survives. */
export const tabStorage = areaOf('sessionStorage');

function areaOf(name: 'localStorage' | 'sessionStorage'): Storage | undefined {
  try {
    return globalThis[name];
  } catch {
    return undefined;
  }
}
