import { parseRoute, type Route } from '../route.ts';

/** The route that the address bar names; back and forward move in it. */
export class Router {
  route = $state.raw<Route>(parseRoute(location.hash));
  /** Whether the reader has gone anywhere since the page was opened. */
  moved = false;

  readonly #follow = () => {
    this.moved = true;
    this.route = parseRoute(location.hash);
  };

  start(): () => void {
    addEventListener('hashchange', this.#follow);
    return () => removeEventListener('hashchange', this.#follow);
  }

  /** Goes to `hash`; back returns from there. */
  go(hash: string): void {
    location.hash = hash;
  }

  /** The same without a step to go back to: the reader has not chosen to be there. */
  replace(hash: string): void {
    history.replaceState(history.state, '', hash);
    this.route = parseRoute(hash);
  }
}
