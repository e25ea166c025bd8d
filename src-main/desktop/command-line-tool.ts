import { execFile } from 'node:child_process';
import { lstat, mkdir, readlink, rm, symlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { toError } from '../../src-shared/bridge-error.ts';
import type { CommandLineToolState } from '../../src-shared/desktop-state.ts';

const run = promisify(execFile);

/** How `claude-bridge` gets onto the PATH of one system, and off again. */
export interface CommandLineTool {
  state(): Promise<CommandLineToolState>;
  /** @throws Error with what the system said */
  install(): Promise<void>;
  remove(): Promise<void>;
}

export interface LinkedToolOptions {
  /** The launcher in the application, absolute. */
  launcher: string;
  /** Where the link goes, in a folder that shells search. */
  link: string;
  /** How the command reads in a shell of this system. */
  command: string;
  /** Runs a shell script with an administrator's consent, where the user alone may not write. */
  asAdministrator?: (script: string) => Promise<void>;
  /** What to know about the folder, in words. */
  note?: string | undefined;
}

/** macOS and Linux: a link to the launcher. A file of somebody else in its place is left alone. */
export class LinkedTool implements CommandLineTool {
  readonly #options: LinkedToolOptions;

  constructor(options: LinkedToolOptions) {
    this.#options = options;
  }

  async state(): Promise<CommandLineToolState> {
    const { command, link, note } = this.#options;
    const found = await this.#found();
    return {
      command,
      installedAt: found === 'ours' ? link : null,
      installable: found !== 'foreign',
      note: found === 'foreign' ? `${link} belongs to another program` : (note ?? null),
    };
  }

  async install(): Promise<void> {
    const { launcher, link } = this.#options;
    if ((await this.#found()) === 'foreign')
      throw new Error(`${link} belongs to another program; it was left alone`);
    await this.#changing(
      async () => {
        await mkdir(dirname(link), { recursive: true });
        await rm(link, { force: true });
        await symlink(launcher, link);
      },
      `mkdir -p ${quoted(dirname(link))} && ln -sfn ${quoted(launcher)} ${quoted(link)}`,
    );
  }

  async remove(): Promise<void> {
    const { link } = this.#options;
    if ((await this.#found()) !== 'ours') return;
    await this.#changing(() => rm(link, { force: true }), `rm -f ${quoted(link)}`);
  }

  /** Tries it as the user first: many have made the folder their own. */
  async #changing(change: () => Promise<void>, script: string): Promise<void> {
    try {
      await change();
    } catch (error) {
      const { asAdministrator } = this.#options;
      const isDenied = ['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '');
      if (!asAdministrator || !isDenied) throw error;
      await asAdministrator(script);
    }
  }

  /** A link of an application that was moved or removed is ours, too: it leads nowhere. */
  async #found(): Promise<'nothing' | 'ours' | 'foreign'> {
    const { link, launcher } = this.#options;
    try {
      if (!(await lstat(link)).isSymbolicLink()) return 'foreign';
      const target = await readlink(link);
      return target === launcher || /[\\/]resources[\\/]bin[\\/]claude-bridge$/i.test(target)
        ? 'ours'
        : 'foreign';
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'nothing';
      throw error;
    }
  }
}

/** Asks for an administrator's password as macOS does it. */
export async function asMacAdministrator(script: string): Promise<void> {
  const text = script.replace(/[\\"]/g, '\\$&');
  await run('/usr/bin/osascript', ['-e', `do shell script "${text}" with administrator privileges`]);
}

/** Windows: the folder of the launcher in the PATH of the user, unexpanded as it is kept in the registry. */
export class WindowsPathTool implements CommandLineTool {
  readonly #folder: string;
  readonly #script: string;
  readonly #command: string;

  /** @param folder that of the launcher and the script that changes the PATH */
  constructor({ folder, script, command }: { folder: string; script: string; command: string }) {
    this.#folder = folder;
    this.#script = script;
    this.#command = command;
  }

  async state(): Promise<CommandLineToolState> {
    try {
      const isPresent = (await this.#run('show')) === 'present';
      return {
        command: this.#command,
        installedAt: isPresent ? this.#folder : null,
        installable: true,
        note: null,
      };
    } catch (error) {
      const note = `The PATH could not be read: ${toError(error).message.split('\n', 1).join('')}`;
      return { command: this.#command, installedAt: null, installable: false, note };
    }
  }

  async install(): Promise<void> {
    await this.#run('add');
  }

  async remove(): Promise<void> {
    await this.#run('remove');
  }

  async #run(action: 'add' | 'remove' | 'show'): Promise<string> {
    const options = ['-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass'];
    const { stdout } = await run(
      'powershell.exe',
      [...options, '-File', this.#script, action, this.#folder],
      {
        windowsHide: true,
      },
    );
    return stdout.trim();
  }
}

/** Where the tool is part of something else, or cannot last: only how to call it, and why. */
export class FixedTool implements CommandLineTool {
  readonly #state: CommandLineToolState;

  constructor(state: Pick<CommandLineToolState, 'command' | 'note'> & { installedAt?: string }) {
    this.#state = { installedAt: null, installable: false, ...state };
  }

  state(): Promise<CommandLineToolState> {
    return Promise.resolve(this.#state);
  }

  install(): Promise<void> {
    return Promise.reject(new Error(this.#state.note ?? 'the tool cannot be installed from here'));
  }

  remove(): Promise<void> {
    return this.install();
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
