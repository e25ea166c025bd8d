import { createContext } from 'svelte';

/** The row around something: the feed is one stop of the Tab key, and what is in its active row comes after it. */
export interface RowContext {
  readonly tabindex: 0 | -1;
}

/** What a row asks of the feed. */
export interface RowActions {
  onopen: (id: string) => void;
  onreply: (id: string) => void;
  onjump: (id: string) => void;
  onfold: (thread: string) => void;
  onactivate: (key: string) => void;
}

export const [useRow, provideRow] = createContext<RowContext>();
