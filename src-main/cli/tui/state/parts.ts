import type { ApiClient } from '../../../../src-shared/client/api-client.ts';
import type { Agents } from './agents.ts';
import type { Changes } from './changes.ts';
import type { ChannelList } from './channel-list.ts';
import type { Composer } from './composer.ts';
import type { Middle } from './middle.ts';
import type { Notices } from './notices.ts';
import type { Panels } from './panels.ts';
import type { Work } from './work.ts';

/** What all larger parts of the screen work with. */
export interface SmallParts {
  client: ApiClient;
  work: Work;
  changes: Changes;
  notices: Notices;
  channels: ChannelList;
  agents: Agents;
  panels: Panels;
  composer: Composer;
  /** The name of whoever sits before the screen. */
  sender: string;
}

/** The same for those that have to do with what stands in the middle. */
export interface Parts extends SmallParts {
  middle: Middle;
}
