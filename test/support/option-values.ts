import { InvalidArgumentError } from 'commander';

/** Reads names apart by commas, each of which must be one of `known`. */
export function someOf(known: readonly string[]): (text: string) => string[] {
  return (text) => {
    const names = text.split(',');
    if (names.every((name) => known.includes(name))) return names;
    throw new InvalidArgumentError(`It must name some of: ${known.join(', ')}.`);
  };
}

export function wholeNumber(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}
