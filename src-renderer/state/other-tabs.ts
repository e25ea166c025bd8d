/** What tabs of one browser tell each other. */
type Word = 'signed-out' | 'signed-in' | 'hidden';

export interface TabListener {
  signedOut(): void;
  signedIn(): void;
  /** Another tab has gone to the background. */
  hidden(): void;
}

/** The other tabs of this browser that show the same relay. */
export class OtherTabs {
  readonly #channel = new BroadcastChannel('claude-bridge');

  constructor(listener: TabListener) {
    this.#channel.onmessage = ({ data }: MessageEvent<Word>) => {
      if (data === 'signed-out') listener.signedOut();
      else if (data === 'signed-in') listener.signedIn();
      else listener.hidden();
    };
  }

  say(word: Word): void {
    this.#channel.postMessage(word);
  }

  close(): void {
    this.#channel.close();
  }
}
