import { createContext } from 'svelte';

/** The row around something: the feed is one stop of the Tab key, and what is in its active row comes after it. */
export interface RowContext {
  readonly tabindex: 0 | -1;
}

export const [useRow, provideRow] = createContext<RowContext>();
