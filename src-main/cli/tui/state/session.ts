import { ApiClient } from '../../../../src-shared/client/api-client.ts';
import type { Target } from '../../target.ts';
import { bindingOf } from '../keys.ts';
import { Agents } from './agents.ts';
import { Changes } from './changes.ts';
import { ChannelList } from './channel-list.ts';
import { Composer } from './composer.ts';
import { Dialogue } from './dialogue.ts';
import { Middle } from './middle.ts';
import { Navigation } from './navigation.ts';
import { News } from './news.ts';
import { Notices } from './notices.ts';
import { Panels } from './panels.ts';
import { SenderColours, type SenderColour } from './sender-colours.ts';
import { Work } from './work.ts';

export interface SessionOptions {
  target: Target;
  /** The name under which messages are sent. */
  sender: string;
  /** Opened first; else the channel with the newest message. */
  channel: string | undefined;
  utc: boolean;
}

/** The whole state of the screen and everything that can be done with it. Nothing here knows how it is drawn. */
export class Session {
  readonly changes = new Changes();
  readonly notices = new Notices(this.changes.note);
  readonly work = new Work(this.notices, this.changes.note);
  readonly channels = new ChannelList();
  readonly panels = new Panels();
  readonly colours = new SenderColours();
  readonly agents: Agents;
  readonly composer: Composer;
  readonly middle: Middle;
  readonly navigation: Navigation;
  readonly dialogue: Dialogue;
  readonly news: News;
  readonly target: Target;
  readonly sender: string;
  readonly utc: boolean;

  constructor({ target, sender, channel, utc }: SessionOptions) {
    this.target = target;
    this.sender = sender;
    this.utc = utc;
    const client = new ApiClient(target);
    const { changes, notices, work, channels, panels } = this;
    const agents = (this.agents = new Agents(client, work.options));
    const composer = (this.composer = new Composer(client, sender, work.options));
    const small = { client, work, changes, notices, channels, panels, agents, composer, sender };
    const middle = (this.middle = new Middle(small, channel));
    const parts = { ...small, middle };
    this.navigation = new Navigation(parts);
    this.dialogue = new Dialogue(parts);
    this.news = new News(target, parts);
  }

  close(): void {
    this.work.close();
    this.news.close();
    this.notices.close();
  }

  /** The colour of a sender, another one than those of the others on its channel have as far as there are enough. */
  colourOf(sender: string, channel?: string): SenderColour {
    const beside = channel === undefined ? [] : (this.channels.find(channel)?.senders ?? []);
    return this.colours.of(sender, beside);
  }

  /** A key was pressed: a name such as `enter` or `ctrl+t`, or the character itself. */
  press(key: string): void {
    if (key === 'ctrl+c') this.work.quit();
    else if (this.dialogue.mode.kind === 'normal') bindingOf.get(key)?.run(this);
    else this.dialogue.press(key);
    this.changes.note();
  }

  /** Characters were typed. */
  type(text: string): void {
    const [first = ''] = text;
    if (first === '') return;
    if (this.dialogue.isTyping) this.paste(text);
    else {
      this.press(first === ' ' ? 'space' : first);
      // The first one may have begun something into which the others are typed.
      this.type(text.slice(first.length));
    }
  }

  /** A text was pasted: it is text, whatever it holds. */
  paste(text: string): void {
    this.dialogue.insert(text);
    this.changes.note();
  }
}
