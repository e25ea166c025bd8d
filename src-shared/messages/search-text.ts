/** What the relay searches for; every condition counts, and one at least is there. */
export interface RelayTerms {
  /** Words, as wire specification 6.9 reads them. */
  q: string;
  channel: string;
  sender: string;
  type: string;
}

/** What messages are searched for: what the relay knows, and what only their reader does. */
export interface SearchTerms extends RelayTerms {
  /** `unread`, or empty. */
  is: string;
  /** A day such as `2026-11-23`, which begins where the reader is. */
  before: string;
}

export const noTerms: SearchTerms = { q: '', channel: '', sender: '', type: '', is: '', before: '' };

const conditions: Readonly<Record<string, keyof SearchTerms>> = {
  in: 'channel',
  from: 'sender',
  type: 'type',
  is: 'is',
  before: 'before',
};

/** A condition such as `from:orion` or `in:"two words"`. */
const condition = /(?<=^|\s)(?<name>in|from|type|is|before):(?:"(?<quoted>[^"]*)"|(?<plain>\S+))/gi;

/** Reads `words from:orion in:demo:builds type:task`. */
export function readTerms(text: string): SearchTerms {
  const terms = { ...noTerms };
  const words = text.replace(condition, (...match) => {
    const { name = '', quoted, plain = '' } = match.at(-1) as Record<string, string | undefined>;
    const key = conditions[name.toLowerCase()];
    if (key) terms[key] = quoted ?? plain;
    return '';
  });
  return { ...terms, q: words.trim().replace(/\s+/g, ' ') };
}

/** Whether there is anything to search for: `is:` and `before:` only narrow. */
export function hasTerms(terms: SearchTerms): boolean {
  return Object.values(relayTerms(terms)).length > 0;
}

/** Those that the relay searches by. */
export function relayTerms({ q, channel, sender, type }: SearchTerms): Partial<RelayTerms> {
  return givenTerms({ ...noTerms, q, channel, sender, type });
}

/** The conditions that are there, for an address. */
export function givenTerms(terms: SearchTerms): Partial<SearchTerms> {
  return Object.fromEntries(Object.entries(terms).filter(([, term]) => term !== ''));
}
