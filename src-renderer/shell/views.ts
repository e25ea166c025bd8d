import type { Component } from 'svelte';
import type { IconName } from '../components/icons.ts';
import type { ViewName } from '../route.ts';
import ChannelsView from '../views/channels/ChannelsView.svelte';
import { withCommand } from './keys.ts';

/** A view of the page: how the navigation calls it, and where its component comes from. */
export interface View {
  name: ViewName;
  label: string;
  /** In the bar of narrow screens. */
  short: string;
  icon: IconName;
  /** At the head of the sidebar, or at its foot. */
  place: 'head' | 'foot';
  /** Whether the bar of narrow screens has it; five have room. */
  tab: boolean;
  /** The keys that do the same from anywhere, as they are printed. */
  key?: string;
  load: () => Component | Promise<{ default: Component }>;
}

/** In the order of the navigation. All but the first are fetched when they are needed. */
export const views: readonly View[] = [
  {
    name: 'channels',
    label: 'Channels',
    short: 'Channels',
    icon: 'hash',
    place: 'head',
    tab: true,
    load: () => ChannelsView,
  },
  {
    name: 'agents',
    label: 'Agents',
    short: 'Agents',
    icon: 'agents',
    place: 'head',
    tab: true,
    load: () => import('../views/agents/AgentsView.svelte'),
  },
  {
    name: 'search',
    label: 'Search',
    short: 'Search',
    icon: 'search',
    place: 'head',
    tab: true,
    key: withCommand('K'),
    load: () => import('../views/search/SearchView.svelte'),
  },
  {
    name: 'connect',
    label: 'Connect a machine',
    short: 'Connect',
    icon: 'connect',
    place: 'foot',
    tab: true,
    load: () => import('../views/connect/ConnectView.svelte'),
  },
  {
    name: 'audit',
    label: 'Audit',
    short: 'Audit',
    icon: 'audit',
    place: 'foot',
    tab: false,
    load: () => import('../views/audit/AuditView.svelte'),
  },
  {
    name: 'settings',
    label: 'Settings',
    short: 'Settings',
    icon: 'settings',
    place: 'foot',
    tab: true,
    load: () => import('../views/settings/SettingsView.svelte'),
  },
];
