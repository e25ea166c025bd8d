import { ConfigurationError } from '../settings/configuration-error.ts';

// What was typed is not repeated in errors: it may be a token in the wrong place.

/** Reads a number of seconds, also with a fraction. */
export function seconds(flag: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
    throw new ConfigurationError(`${flag} must be a number of seconds`);
  };
}

/** Reads a whole number. */
export function count(flag: string, least = 1): (text: string) => number {
  return (text) => {
    if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text);
    throw new ConfigurationError(`${flag} must be a whole number from ${least} on`);
  };
}

/** Collects the values of an option that may be given several times. */
export function collected(text: string, earlier: readonly string[] = []): string[] {
  return [...earlier, text];
}
