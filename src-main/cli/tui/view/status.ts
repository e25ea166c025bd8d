import type { LinkStatus } from '../state/link.ts';
import type { News } from '../state/news.ts';
import { words, type Piece } from './pieces.ts';

/** How it stands, by word and sign; the colour says it a third time. */
export function bridgeStatusWords({ link, freezer, state }: News): Piece[] {
  const pieces = [linkWord(link.status.kind)];
  if (freezer.frozen) pieces.push(words('  ‖ FROZEN', { color: 'yellow', bold: true }));
  if (state?.paused) pieces.push(words('  ‖ PAUSED', { color: 'yellow', bold: true }));
  return pieces;
}

function linkWord(kind: LinkStatus['kind']): Piece {
  switch (kind) {
    case 'live':
      return words('● ONLINE', { color: 'green', bold: true });
    case 'connecting':
      return words('◐ CONNECTING', { color: 'yellow', bold: true });
    case 'offline':
      return words('○ OFFLINE', { color: 'red', bold: true });
  }
}
