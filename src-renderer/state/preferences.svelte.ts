import { onStored, readStored, writeStored } from './storage.ts';

const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

interface Values {
  theme: Theme;
  /** The name under which this browser sends. */
  sender: string;
  /** Whether Enter alone sends; else it starts a new line. */
  enterSends: boolean;
  /** Whether single letters do something while the feed has the focus. */
  letterKeys: boolean;
  /** In pixels. */
  inspectorWidth: number;
  foldedGroups: readonly string[];
  /** Channels whose unread messages are no news. */
  mutedChannels: readonly string[];
  lastChannel: string | undefined;
}

const defaults: Values = {
  theme: 'system',
  sender: 'desk',
  enterSends: false,
  letterKeys: true,
  inspectorWidth: 344,
  foldedGroups: [],
  mutedChannels: [],
  lastChannel: undefined,
};

export const inspectorWidths = { min: 300, max: 520 } as const;

const key = 'preferences';

/** How this browser likes the page, in all its tabs. Remembered here, unknown to the relay. */
export class Preferences {
  #values = $state.raw<Values>(remembered() ?? defaults);

  constructor() {
    onStored(key, () => {
      this.#values = remembered() ?? defaults;
    });
  }

  get values(): Readonly<Values> {
    return this.#values;
  }

  set(change: Partial<Values>): void {
    // Another tab may have written something of which this one has not been told yet. Without storage there is only ours.
    this.#values = { ...(remembered() ?? this.#values), ...change };
    writeStored(key, this.#values);
  }

  isMuted(channel: string): boolean {
    return this.values.mutedChannels.includes(channel);
  }

  mute(channel: string, muted: boolean): void {
    const others = this.values.mutedChannels.filter((other) => other !== channel);
    this.set({ mutedChannels: muted ? [...others, channel] : others });
  }

  /** Forgets what names something of the relay; taste stays. */
  forgetRelay(): void {
    this.set({ foldedGroups: [], mutedChannels: [], lastChannel: undefined });
  }
}

/** Shows the page in `theme`: `tokens.css` follows the attribute, and without one the system. */
export function applyTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

/** Every value as it was remembered, if it still has the type of its default; undefined if nothing was. */
function remembered(): Values | undefined {
  const stored = readStored(key);
  if (typeof stored !== 'object' || stored === null) return undefined;
  const given = stored as Partial<Record<keyof Values, unknown>>;
  const text = (name: 'sender' | 'lastChannel') =>
    typeof given[name] === 'string' ? given[name] : defaults[name];
  const flag = (name: 'enterSends' | 'letterKeys') =>
    typeof given[name] === 'boolean' ? given[name] : defaults[name];
  const width = Number(given.inspectorWidth ?? NaN);
  return {
    theme: themes.find((theme) => theme === given.theme) ?? defaults.theme,
    sender: text('sender') ?? defaults.sender,
    enterSends: flag('enterSends'),
    letterKeys: flag('letterKeys'),
    inspectorWidth: Number.isFinite(width) ? clampWidth(width) : defaults.inspectorWidth,
    foldedGroups: texts(given.foldedGroups),
    mutedChannels: texts(given.mutedChannels),
    lastChannel: text('lastChannel'),
  };
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

export function clampWidth(width: number): number {
  return Math.min(inspectorWidths.max, Math.max(inspectorWidths.min, Math.round(width)));
}
