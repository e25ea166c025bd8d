import type { Destination } from '../../src-shared/ipc-channels.ts';
import { bundleOrigin } from './bundle-scheme.ts';

/** The address of a place in the window; the page's own router reads the fragment. */
export function pageAddress(destination?: Destination): string {
  const page = `${bundleOrigin}/index.html`;
  return destination ? `${page}#/${segmentsOf(destination).map(encodeURIComponent).join('/')}` : page;
}

function segmentsOf(destination: Destination): string[] {
  if (destination.view === 'channel') {
    const { channel, message } = destination;
    return ['channels', channel, ...(message === undefined ? [] : [message])];
  }
  return 'section' in destination ? [destination.view, destination.section] : [destination.view];
}
