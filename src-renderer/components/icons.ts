/** The icons of the page, drawn on a grid of 16 with a stroke of 1.5 (build/icons/ui-sprite.svg holds the whole set). */
export const icons = {
  copy: 'M7.25 5.75h4.5a1.5 1.5 0 0 1 1.5 1.5v4.5a1.5 1.5 0 0 1-1.5 1.5h-4.5a1.5 1.5 0 0 1-1.5-1.5v-4.5a1.5 1.5 0 0 1 1.5-1.5ZM10.25 3.5v-.25a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h.25',
  check: 'm3 8.5 3.25 3.25L13 4.75',
  error: 'M13.75 8a5.75 5.75 0 1 1-11.5 0 5.75 5.75 0 0 1 11.5 0ZM6 6l4 4M10 6l-4 4',
  info: 'M13.75 8a5.75 5.75 0 1 1-11.5 0 5.75 5.75 0 0 1 11.5 0ZM8 7.5V11M8 5.1h.01',
  refresh: 'M13.25 8a5.25 5.25 0 1 1-1.6-3.77L13.25 5.75M13.25 2.5v3.25H10',
} as const;

export type IconName = keyof typeof icons;
