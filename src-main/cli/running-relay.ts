import type { Trust } from '../remote/trust.ts';
import { isAlive } from '../settings/process-alive.ts';
import { readRuntimeFile, type RuntimeFile } from '../settings/runtime-file.ts';
import { CommandFailure } from './failure.ts';

/**
 * The relay that runs with a data directory, also after it was started anew: its file is read at each question, because
 * its port and its token are new then.
 */
export class RunningRelay {
  readonly #path: string;
  #last: RuntimeFile;

  private constructor(runtimeFile: string, found: RuntimeFile) {
    this.#path = runtimeFile;
    this.#last = found;
  }

  /** The relay that runs here, or undefined. */
  static look(runtimeFile: string): RunningRelay | undefined {
    const relay = readRuntimeFile(runtimeFile);
    return relay && isAlive(relay.pid) ? new RunningRelay(runtimeFile, relay) : undefined;
  }

  /** @throws CommandFailure `unreachable` when no relay runs here */
  static find(runtimeFile: string): RunningRelay {
    const relay = RunningRelay.look(runtimeFile);
    if (relay) return relay;
    const left = readRuntimeFile(runtimeFile);
    throw new CommandFailure(
      'unreachable',
      left
        ? `the relay is no longer running (process ${left.pid} is gone)`
        : `no relay is running here (looked for ${runtimeFile})`,
    );
  }

  get url(): string {
    return this.#read().url;
  }

  /** Whether this is one of the addresses that are its own as long as it runs. */
  isAt(url: string): boolean {
    const { url: best, alsoAt } = this.#read();
    return url === best || alsoAt.includes(url);
  }

  /** Undefined once the relay is gone: somebody else may have its port. */
  get token(): string | undefined {
    const { pid, token } = this.#read();
    return isAlive(pid) ? token : undefined;
  }

  get trust(): Trust {
    return { kind: isLoopback(new URL(this.#last.url).hostname) ? 'loopback' : 'system' };
  }

  /** Between two relays there is no file; then the last one counts. */
  #read(): RuntimeFile {
    this.#last = readRuntimeFile(this.#path) ?? this.#last;
    return this.#last;
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}
