import type { IconName } from '../components/icons.ts';
import { channelHash, hashOf } from '../route.ts';
import type { Dashboard } from '../state/dashboard.svelte.ts';
import { views } from './views.ts';

/** One line of the palette. */
export interface PaletteItem {
  /** Unique among all items. */
  key: string;
  icon: IconName;
  title: string;
  /** Whether `title` is a name that somebody else chose. */
  received?: boolean;
  /** At the end of the line: what it is. */
  hint?: string;
  run: () => void;
}

/** Something the palette looks through. */
export interface PaletteSource {
  heading: string;
  /** What fits `query`, best first; everything worth offering for an empty one. */
  find: (query: string, dashboard: Dashboard) => readonly PaletteItem[];
}

/** Lines of one source that are shown. */
const most = 8;

/** Whether the letters of every word of `query` stand in `text`, in any case. */
export function fits(query: string, text: string): boolean {
  const searched = text.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => searched.includes(word));
}

export const channelSource: PaletteSource = {
  heading: 'Channels',
  find: (query, { channels, router }) =>
    channels.list
      .filter(({ id }) => fits(query, id))
      .sort((a, b) => (a.lastAt < b.lastAt ? 1 : -1))
      .slice(0, most)
      .map(({ id }) => ({
        key: `channel ${id}`,
        icon: 'hash',
        title: id,
        received: true,
        hint: 'channel',
        run: () => router.go(channelHash(id)),
      })),
};

export const commandSource: PaletteSource = {
  heading: 'Commands',
  find: (query, dashboard) =>
    commands(dashboard)
      .filter(({ title }) => fits(query, title))
      .map((item) => ({ ...item, key: `command ${item.title}` })),
};

function commands(dashboard: Dashboard): Omit<PaletteItem, 'key'>[] {
  const { router, preferences } = dashboard;
  const views_ = views.map(({ name, label, icon }) => ({
    icon,
    title: label,
    hint: 'view',
    run: () => router.go(hashOf(name)),
  }));
  return [
    ...views_,
    {
      icon: 'question',
      title: 'Open questions',
      hint: 'view',
      run: () => router.go(hashOf('search', ['open'])),
    },
    { icon: 'sun', title: 'Light colours', run: () => preferences.set({ theme: 'light' }) },
    { icon: 'moon', title: 'Dark colours', run: () => preferences.set({ theme: 'dark' }) },
    { icon: 'desktop', title: 'Colours of the system', run: () => preferences.set({ theme: 'system' }) },
    { icon: 'info', title: 'Keys', run: () => (dashboard.open = 'keys') },
    ...(dashboard.signedIn
      ? [{ icon: 'lock' as const, title: 'Sign out', run: () => void dashboard.signOut() }]
      : []),
  ];
}

/** In the order in which they are shown. */
export const paletteSources: readonly PaletteSource[] = [channelSource, commandSource];
