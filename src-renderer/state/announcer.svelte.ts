/** Announcements come at least this far apart, in ms. */
const restMs = 3_000;

/** What screen readers are told of what arrives: the first at once, then at most one every few seconds. */
export class Announcer {
  /** The text of the page's polite live region. */
  text = $state('');
  #waiting: string[] = [];
  #resting = false;

  /** @param sentence for one arrival; several are summed up as `many` */
  say(sentence: string, many: (count: number) => string): void {
    this.#waiting.push(sentence);
    if (!this.#resting) this.#speak(many);
  }

  #speak(many: (count: number) => string): void {
    const [first] = this.#waiting;
    if (first === undefined) {
      this.#resting = false;
      return;
    }
    this.text = this.#waiting.length === 1 ? first : many(this.#waiting.length);
    this.#waiting = [];
    this.#resting = true;
    setTimeout(() => this.#speak(many), restMs);
  }
}
