export interface Size {
  columns: number;
  rows: number;
}

/** How the screen is divided. All sizes are in columns and rows, frames included. */
export interface Layout {
  /**
   * `full`: channels, messages and details beside each other. `compact`: details below the messages, on request.
   * `narrow`: channels as one line of tabs, details in place of the messages. `tiny`: there is no room for anything.
   */
  kind: 'full' | 'compact' | 'narrow' | 'tiny';
  /** Columns of the list of channels; 0 where tabs stand for it. */
  channels: number;
  messages: Size;
  details: (Size & { place: 'right' | 'below' | 'over' }) | undefined;
}

const fullFrom = 160;
const compactFrom = 100;
const least: Size = { columns: 40, rows: 10 };

export function kindOf({ columns, rows }: Size): Layout['kind'] {
  if (columns < least.columns || rows < least.rows) return 'tiny';
  if (columns >= fullFrom) return 'full';
  return columns >= compactFrom ? 'compact' : 'narrow';
}

/**
 * @param taken rows that are not there for the panels: header, key line, composer
 * @param details whether details are to be shown
 */
export function layoutOf(size: Size, taken: number, details: boolean): Layout {
  const kind = kindOf(size);
  const { columns } = size;
  const rows = Math.max(3, size.rows - taken - (kind === 'narrow' ? 1 : 0));
  const channels = kind === 'full' ? 30 : kind === 'compact' ? 26 : 0;
  const middle = columns - channels;
  if (!details) return { kind, channels, messages: { columns: middle, rows }, details: undefined };
  if (kind === 'full') {
    // An id fits beside its label from 53 columns on.
    const width = Math.min(70, Math.max(53, Math.round(columns * 0.28)));
    return {
      kind,
      channels,
      messages: { columns: middle - width, rows },
      details: { columns: width, rows, place: 'right' },
    };
  }
  if (kind === 'compact') {
    const height = Math.min(rows - 6, Math.max(8, Math.round(rows * 0.45)));
    return {
      kind,
      channels,
      messages: { columns: middle, rows: rows - height },
      details: { columns: middle, rows: height, place: 'below' },
    };
  }
  const whole = { columns: middle, rows };
  return { kind, channels, messages: whole, details: { ...whole, place: 'over' } };
}
