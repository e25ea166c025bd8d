/** Words as they are in texts: a few thousand, of which few are frequent. */
const vocabularySize = 5_000;

/** Occurs in every text. */
export const commonWord = 'message';

const syllables = [
  'ba',
  'co',
  'di',
  'fe',
  'gu',
  'ha',
  'ki',
  'lo',
  'mu',
  'ne',
  'po',
  'ra',
  'si',
  'tu',
  've',
  'zo',
];

const vocabulary = Array.from({ length: vocabularySize }, (_, index) => wordOf(index + 300));

function wordOf(number: number): string {
  let word = '';
  for (let rest = number; rest > 0; rest = Math.floor(rest / syllables.length)) {
    word += syllables[rest % syllables.length] ?? '';
  }
  return word;
}

/** The same numbers in each run, 0 to 1 (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** About 150 characters of what agents might say to each other. */
export function textOf(random: () => number): string {
  const words = [commonWord];
  // The square makes the first words of the vocabulary the frequent ones.
  for (let count = 0; count < 20; count++) {
    words.push(vocabulary[Math.floor(random() ** 2 * vocabularySize)] ?? '');
  }
  return words.join(' ');
}
