/** What messages are searched for; every condition counts, and one at least is there. */
export interface SearchTerms {
  /** Words, as wire specification 6.9 reads them. */
  q: string;
  channel: string;
  sender: string;
  type: string;
}

export const noTerms: SearchTerms = { q: '', channel: '', sender: '', type: '' };

const conditions: Readonly<Record<string, keyof SearchTerms>> = {
  in: 'channel',
  from: 'sender',
  type: 'type',
};

/** A condition such as `from:orion` or `in:"two words"`. */
const condition = /(?<=^|\s)(?<name>in|from|type):(?:"(?<quoted>[^"]*)"|(?<plain>\S+))/gi;

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

/** Whether there is anything to search for. */
export function hasTerms(terms: SearchTerms): boolean {
  return Object.values(terms).some((term: string) => term !== '');
}

/** The conditions that are there, for an address or a request. */
export function givenTerms(terms: SearchTerms): Partial<SearchTerms> {
  return Object.fromEntries(Object.entries(terms).filter(([, term]) => term !== ''));
}
