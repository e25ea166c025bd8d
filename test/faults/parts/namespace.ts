import { spawnSync } from 'node:child_process';
import { lacksRoot } from './lacks.ts';

const [outside, inside] = ['10.203.47.1', '10.203.47.2'] as const;

/** A network of two machines: this one, and a namespace behind a cable that can be pulled. */
export class NetworkNamespace implements Disposable {
  readonly #name = `cbfaults${process.pid}`;
  readonly #cable = `cbf${process.pid}`;
  /** Where what runs inside is reached. */
  readonly address = inside;

  constructor() {
    ip('netns', 'add', this.#name);
    try {
      ip('link', 'add', this.#cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', this.#name);
      ip('addr', 'add', `${outside}/30`, 'dev', this.#cable);
      ip('link', 'set', this.#cable, 'up');
      for (const words of [
        ['addr', 'add', `${inside}/30`, 'dev', 'eth0'],
        ['link', 'set', 'eth0', 'up'],
        ['link', 'set', 'lo', 'up'],
      ]) {
        ip('-n', this.#name, ...words);
      }
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** Runs a program inside. */
  get within(): string[] {
    return ['ip', 'netns', 'exec', this.#name];
  }

  /**
   * Cuts the connection. `silently`: what is sent is lost without a word, as behind a router that is gone; else the cable
   * is unplugged, which both machines notice.
   */
  cut(silently: boolean): void {
    if (silently) this.#nobodyAnswers();
    else ip('link', 'set', this.#cable, 'down');
  }

  heal(): void {
    ip('link', 'set', this.#cable, 'up');
    for (const { prefix, device, other } of this.#ends) {
      // Not there unless the cut was a silent one.
      spawnSync('ip', [...prefix, 'neigh', 'del', other, 'dev', device]);
    }
  }

  [Symbol.dispose](): void {
    spawnSync('ip', ['netns', 'del', this.#name]);
    spawnSync('ip', ['link', 'del', this.#cable]);
  }

  /** Lets each machine believe that the other has another address on the wire than it has. */
  #nobodyAnswers(): void {
    for (const { prefix, device, other } of this.#ends) {
      ip(
        ...prefix,
        'neigh',
        'replace',
        other,
        'lladdr',
        '02:00:00:00:00:01',
        'dev',
        device,
        'nud',
        'permanent',
      );
    }
  }

  get #ends(): { prefix: string[]; device: string; other: string }[] {
    return [
      { prefix: [], device: this.#cable, other: inside },
      { prefix: ['-n', this.#name], device: 'eth0', other: outside },
    ];
  }
}

let missing: { why: string | undefined } | undefined;

/** Why there can be none on this machine; undefined if there can. */
export function lacksNamespaces(): string | undefined {
  missing ??= { why: lacksRoot() ?? tryOne() };
  return missing.why;
}

function tryOne(): string | undefined {
  try {
    using namespace = new NetworkNamespace();
    namespace.cut(true);
    namespace.heal();
    return undefined;
  } catch (error) {
    return `a network namespace cannot be made (${(error as Error).message})`;
  }
}

function ip(...words: string[]): void {
  const { status, stderr, error } = spawnSync('ip', words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(error ? error.message : `ip ${words.join(' ')}: ${stderr.trim()}`);
}
