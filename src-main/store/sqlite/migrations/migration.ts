/** One step forward. Steps are never changed once released; a mistake is mended by a further step. */
export interface Migration {
  version: number;
  name: string;
  sql: string;
}
