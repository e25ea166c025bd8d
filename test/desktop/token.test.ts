import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { KeptToken } from '../../src-main/desktop/kept-token.ts';
import { TokenKeeper } from '../../src-main/desktop/token-keeper.ts';
import { generateToken } from '../../src-main/security/token-file.ts';
import { scratchDirectory } from '../support/program.ts';
import { SafeStorageDouble } from './double/system.ts';

function place(storage = new SafeStorageDouble(), platform: NodeJS.Platform = 'linux') {
  const directory = scratchDirectory();
  const path = join(directory, 'token.protected');
  const file = join(directory, 'token');
  const keeper = new TokenKeeper({ safeStorage: storage.exported, platform, path });
  return { storage, path, file, open: () => KeptToken.open({ keeper, file }) };
}

describe('the token that the relay makes for itself', () => {
  test('is encrypted by the system, the same at each start, and never in the file as it is', async () => {
    const { path, open } = place();
    const first = await open();
    const token = first.protected ?? '';
    expect(token).toMatch(/^cb_shared_[\w-]{43}$/);
    expect(first.keeping).toEqual({ place: 'keychain', note: null });
    expect(readFileSync(path, 'utf8')).not.toContain(token);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect((await open()).protected).toBe(token);
  });

  test.each(['basic_text', 'unknown'] as const)(
    'goes into a file on a Linux desktop whose backend is %s, and the state says why',
    async (backend) => {
      const { storage, path, open } = place();
      storage.backend = backend;
      const kept = await open();
      expect(kept.protected).toBeUndefined();
      expect(kept.keeping.place).toBe('file');
      expect(kept.keeping.note).toContain('no secret service runs on this desktop');
      expect(existsSync(path)).toBe(false);
    },
  );

  test('does not ask for a backend where there is only one', async () => {
    const { storage, open } = place(new SafeStorageDouble(), 'darwin');
    storage.backend = 'unknown';
    expect((await open()).keeping.place).toBe('keychain');
  });

  test('goes into a file when nothing is available', async () => {
    const { storage, open } = place();
    storage.isAvailable = false;
    expect((await open()).keeping.note).toContain('offers no protected storage');
  });

  test('stays in the file where the command line has put it', async () => {
    const { file, path, open } = place();
    writeFileSync(file, 'cb_shared_of_the_command_line\n');
    const kept = await open();
    expect(kept.protected).toBeUndefined();
    expect(kept.keeping.place).toBe('file');
    expect(existsSync(path)).toBe(false);
  });

  test('is encrypted anew when the system has changed its key', async () => {
    const { storage, path, open } = place();
    const token = (await open()).protected;
    storage.shouldReEncrypt = true;
    writeFileSync(path, readFileSync(path));
    const before = statSync(path).ino;
    expect((await open()).protected).toBe(token);
    expect(statSync(path).ino).not.toBe(before);
  });

  test('that cannot be decrypted any more is told of, left alone, and replaced by one in the file', async () => {
    const { storage, path, open } = place();
    await open();
    const encrypted = readFileSync(path);
    storage.isForeign = true;
    const kept = await open();
    expect(kept.problem).toContain('cannot be decrypted');
    expect(kept.protected).toBeUndefined();
    expect(kept.keeping.place).toBe('file');
    expect(readFileSync(path)).toEqual(encrypted);
  });

  test('is another one after it was replaced, also at the next start', async () => {
    const { open } = place();
    const kept = await open();
    const before = kept.protected;
    const after = generateToken();
    await kept.vault?.write(after);
    expect(after).not.toBe(before);
    expect(kept.protected).toBe(after);
    expect((await open()).protected).toBe(after);
  });
});
