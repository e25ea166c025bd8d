import type { ExcerptPart } from '../messages/excerpt.ts';
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
  /** At the end of the line: what it is, or when it was. */
  hint?: string;
  /** A message that was found: who said it, in parts of which some were searched for, and where. */
  found?: { sender: string; parts: readonly ExcerptPart[]; where: string };
  run: () => void;
}

/** Something the palette looks through. */
export interface PaletteSource {
  heading: string;
  /** What fits `query`, best first; everything worth offering for an empty one. */
  find: (query: string, dashboard: Dashboard) => readonly PaletteItem[];
}

/** What narrows the search for channels to those with something unread. */
const unreadOnly = /(?<=^|\s)is:unread(?=\s|$)/i;

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

const channelSource: PaletteSource = {
  heading: 'Channels',
  find: (query, { channels, unread, router }) =>
    channels.list
      .filter(({ id }) => fits(query.replace(unreadOnly, '').trim(), id))
      .filter(({ id }) => !unreadOnly.test(query) || unread.of(id) > 0)
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

const agentSource: PaletteSource = {
  heading: 'Agents',
  find: (query, { presence, delivery, router }) => {
    if (query === '') return [];
    const names = [
      ...presence.agents.map(({ name }) => name),
      ...delivery.consumers.map(({ consumer_id }) => consumer_id),
    ];
    return [...new Set(names)]
      .filter((name) => fits(query, name))
      .slice(0, most)
      .map((name) => ({
        key: `agent ${name}`,
        icon: 'agents',
        title: name,
        received: true,
        hint: 'agent',
        run: () => router.go(hashOf('agents', [], { q: name })),
      }));
  },
};

const commandSource: PaletteSource = {
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
    ...(dashboard.session.signedIn
      ? [{ icon: 'lock' as const, title: 'Sign out', run: () => void dashboard.session.signOut() }]
      : []),
  ];
}

/** In the order in which they are shown. */
export const paletteSources: readonly PaletteSource[] = [channelSource, agentSource, commandSource];
