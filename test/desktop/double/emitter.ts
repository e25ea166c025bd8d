import { EventEmitter } from 'node:events';

/**
 * The part of an object of Electron that calls back. Its `on` fits every overload of the real ones, which are what the
 * code under test is checked against; an event that the double never sends is refused, so that nothing waits in vain.
 */
export class Emitter {
  readonly #emitter = new EventEmitter();
  readonly #name: string;
  readonly #events: readonly string[];

  constructor(name: string, events: readonly string[]) {
    this.#name = name;
    this.#events = events;
  }

  readonly on = (event: string, listener: (...args: never[]) => void): never => {
    this.#require(event);
    this.#emitter.on(event, listener as (...args: unknown[]) => void);
    return this as never;
  };

  readonly once = (event: string, listener: (...args: never[]) => void): never => {
    this.#require(event);
    this.#emitter.once(event, listener as (...args: unknown[]) => void);
    return this as never;
  };

  /** Sends an event as Electron would. */
  readonly emit = (event: string, ...args: unknown[]): void => {
    this.#require(event);
    this.#emitter.emit(event, ...args);
  };

  #require(event: string): void {
    if (!this.#events.includes(event)) throw new Error(`the double of ${this.#name} knows no event ${event}`);
  }
}

export interface EventDouble {
  preventDefault: () => void;
  readonly defaultPrevented: boolean;
}

export function makeEvent(): EventDouble {
  let isPrevented = false;
  return {
    preventDefault: () => {
      isPrevented = true;
    },
    get defaultPrevented() {
      return isPrevented;
    },
  };
}

/** `object`, but whatever it does not have is an error instead of undefined. */
export function strict<T extends object>(name: string, object: T): T {
  return new Proxy(object, {
    get(target, key) {
      if (typeof key === 'string' && !(key in target) && key !== 'then' && key !== 'toJSON') {
        throw new Error(`the double of Electron has no ${name}.${key}`);
      }
      const value: unknown = Reflect.get(target, key);
      return value;
    },
  });
}
