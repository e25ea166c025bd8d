/** The views of the page, in the order of the navigation. */
const viewNames = ['channels', 'agents', 'search', 'connect', 'audit', 'settings'] as const;
export type ViewName = (typeof viewNames)[number];

/** Where the reader is: `#/channels/demo%3Abuilds/01a2…` is the view `channels` with two segments. */
export interface Route {
  readonly view: ViewName;
  /** What comes after the view, decoded: for channels the channel, then the message whose details are open. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

/** The route of a fragment such as `location.hash`. What cannot be read is the view of channels. */
export function parseRoute(hash: string): Route {
  const [address = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [first = '', ...rest] = address.split('/');
  const view = viewNames.find((name) => name === first) ?? 'channels';
  const path = view === first ? rest.map(decodeSegment).filter((segment) => segment !== '') : [];
  return { view, path, query: new URLSearchParams(query) };
}

/** The fragment that leads to a view: `#/channels/demo%3Abuilds`. */
export function hashOf(view: ViewName, path: readonly string[] = [], query?: Record<string, string>): string {
  const address = [view, ...path.map(encodeURIComponent)].join('/');
  return query ? `#/${address}?${new URLSearchParams(query).toString()}` : `#/${address}`;
}

/** The fragment of a channel, and of a message in it whose details are shown. */
export function channelHash(channel: string, message?: string): string {
  return hashOf('channels', message === undefined ? [channel] : [channel, message]);
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
