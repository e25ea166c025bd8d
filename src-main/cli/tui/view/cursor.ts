/** Where the terminal's cursor stands, from the upper left corner. */
export interface CursorPlace {
  x: number;
  y: number;
}
