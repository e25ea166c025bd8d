import * as z from 'zod';
import { BridgeError, toError } from '../../src-shared/bridge-error.ts';
import {
  desktopSettings,
  desktopSettingsKey,
  type DesktopSettings,
  type DesktopSettingsChange,
} from '../../src-shared/desktop-settings.ts';

/** A file of JSON values by key, as electron-store and conf keep it. */
export interface KeyedFile {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
}

/**
 * Opens a file of the application. One that is broken is left as it is, for its owner to mend: what it holds counts as
 * not said, nothing is written to it, and `problems` gets a sentence.
 */
export function openFile(open: () => KeyedFile, problems: string[]): KeyedFile {
  try {
    const file = open();
    file.get('');
    return file;
  } catch (error) {
    const sentence = `A settings file cannot be read, and stays as it is: ${toError(error).message}`;
    problems.push(sentence);
    return {
      get: () => undefined,
      set: () => {
        throw new BridgeError('invalid_value', sentence);
      },
    };
  }
}

/** What a person has chosen for the desktop application; kept beside the relay's settings, in the same file. */
export class DesktopChoices {
  readonly #file: KeyedFile;

  constructor(file: KeyedFile) {
    this.#file = file;
  }

  get current(): DesktopSettings {
    return desktopSettings.parse(record(this.#file.get(desktopSettingsKey)));
  }

  change(change: DesktopSettingsChange): void {
    this.#file.set(desktopSettingsKey, { ...record(this.#file.get(desktopSettingsKey)), ...change });
  }
}

const memory = z.object({
  /** Whether the relay is to run: stopping it in the tray outlasts the application. */
  relayWanted: z.boolean().catch(true),
  firstRunDone: z.boolean().catch(false),
  /** That closing the window leaves the relay running is said once. */
  closingExplained: z.boolean().catch(false),
  unread: z.array(z.object({ channel: z.string(), count: z.int().positive() })).catch([]),
});
export type Memory = z.infer<typeof memory>;

const memoryKey = 'memory';

/** What the application remembers by itself, in a file of its own: nobody has to understand or edit it. */
export class DesktopMemory {
  readonly #file: KeyedFile;

  constructor(file: KeyedFile) {
    this.#file = file;
  }

  get current(): Memory {
    return memory.parse(record(this.#file.get(memoryKey)));
  }

  remember(change: Partial<Memory>): void {
    this.#file.set(memoryKey, { ...this.current, ...change });
  }
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
