import type { Panel } from './panels.ts';
import type { Parts } from './parts.ts';

/** Going about the screen: from row to row, from panel to panel, from channel to channel. */
export class Navigation {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  move(by: number): void {
    const { agents, channels, middle, panels } = this.#parts;
    if (panels.focus === 'details' && middle.showsDetails) {
      panels.detailsTop = Math.max(0, panels.detailsTop + by);
    } else if (middle.view?.kind === 'agents') {
      agents.move(by);
    } else if (panels.focus === 'channels') {
      for (let step = 0; step < Math.abs(by); step++) {
        panels.marked = channels.beside(middle.markedChannel, by > 0 ? 1 : -1);
      }
    } else {
      middle.list?.move(by);
      middle.moved();
    }
  }

  movePage(by: 1 | -1): void {
    const { focus, pageRows } = this.#parts.panels;
    this.move(by * (focus === 'channels' ? 5 : Math.max(1, pageRows - 1)));
  }

  moveToStart(): void {
    const { channels, middle, panels } = this.#parts;
    if (panels.focus === 'details') panels.detailsTop = 0;
    else if (panels.focus === 'channels') panels.marked = channels.all[0]?.id;
    else middle.moveToFirst();
  }

  moveToEnd(): void {
    const { channels, middle, panels } = this.#parts;
    if (panels.focus === 'details') panels.detailsTop = Number.MAX_SAFE_INTEGER;
    else if (panels.focus === 'channels') panels.marked = channels.all.at(-1)?.id;
    else {
      middle.list?.last();
      middle.moved();
    }
  }

  moveFocus(by: 1 | -1): void {
    const { middle, panels } = this.#parts;
    const all: Panel[] = ['channels', 'messages', ...(middle.showsDetails ? (['details'] as const) : [])];
    const at = all.indexOf(panels.focus);
    panels.focus = all[(at + by + all.length) % all.length] ?? 'messages';
    if (panels.focus !== 'channels') panels.marked = undefined;
  }

  enter(): void {
    const { middle, panels } = this.#parts;
    if (panels.focus === 'channels') {
      const { markedChannel } = middle;
      if (markedChannel !== undefined) middle.openChannel(markedChannel);
      panels.focus = 'messages';
    } else if (middle.view?.kind === 'search' && middle.selected && middle.showsDetails) {
      middle.reachSelected();
    } else if (middle.selected) {
      panels.detailsWish = true;
    }
  }

  openBeside(by: 1 | -1): void {
    const { channels, middle } = this.#parts;
    const channel = channels.beside(middle.channel, by);
    if (channel !== undefined) middle.openChannel(channel);
  }

  openUnread(): void {
    const { channels, middle, notices } = this.#parts;
    const channel = channels.nextUnread(middle.channel);
    if (channel === undefined) notices.say('Nothing is unread.');
    else middle.openChannel(channel);
  }

  /** From a thread, a search or the agents back to the channel, from details to the list; a filter goes at last. */
  back(): void {
    const { middle, panels } = this.#parts;
    if (panels.focus === 'channels') panels.focus = 'messages';
    else if (middle.showsDetails && !panels.isFull) panels.detailsWish = false;
    else if (middle.view?.kind !== 'channel') middle.backToChannel();
    else middle.view.list.filter = '';
    panels.marked = undefined;
    this.#leaveHiddenDetails();
  }

  toggleDetails(): void {
    const { middle, panels } = this.#parts;
    panels.detailsWish = !middle.showsDetails;
    this.#leaveHiddenDetails();
  }

  toggleFollow(): void {
    const { middle } = this.#parts;
    middle.list?.toggleFollow();
    middle.moved();
  }

  #leaveHiddenDetails(): void {
    const { middle, panels } = this.#parts;
    if (panels.focus === 'details' && !middle.showsDetails) panels.focus = 'messages';
  }
}
