import fc from 'fast-check';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src-main/settings/configuration-error.ts';
import { loadSettings } from '../../src-main/settings/load.ts';
import { definitionOf, settingKeys } from '../../src-shared/settings.ts';
import { runCli, scratchDirectory, twoAtATime, type CliResult } from '../cli/run-cli.ts';
import { badText } from './samples.ts';

const keysWithRules = settingKeys.flatMap((key) => {
  const text = badText(key);
  return text === undefined ? [] : [{ key, text, definition: definitionOf(key) }];
});

/** One line on stderr that begins as expected, and the exit code of a bad configuration. */
function expectRefusal(result: CliResult, start: string) {
  expect(result.stderr.split('\n')).toEqual([expect.stringContaining(`error: ${start}`), '']);
  expect(result).toMatchObject({ code: 2, stdout: '' });
}

describe('a bad value', () => {
  it('in any variable stops the start with one line that names it, the value and the rule', async () => {
    using home = scratchDirectory();
    await twoAtATime(keysWithRules, async ({ text, definition }) => {
      const result = await runCli([], { home: home.path, env: { [definition.env]: text } });

      expectRefusal(result, `${definition.env} must be ${definition.allowed}, not `);
      expect(result.stderr.includes(text)).toBe(!definition.secret);
    });
  }, 60_000);

  it('in any flag does so too', async () => {
    using home = scratchDirectory();
    const valued = keysWithRules.filter(({ definition }) => definition.kind !== 'switch');
    await twoAtATime(valued, async ({ text, definition }) => {
      const result = await runCli(['serve', `${definition.flag}=${text}`], { home: home.path });

      expectRefusal(result, `${definition.flag} must be ${definition.allowed}, not `);
      expect(result.stderr.includes(text)).toBe(!definition.secret);
    });
  }, 60_000);

  it('in the settings file names the file and the key', async () => {
    using home = scratchDirectory();
    const file = join(home.path, 'config.json');
    for (const key of settingKeys) {
      writeFileSync(file, JSON.stringify({ [key]: { of: 'the wrong type' } }));
      const loading = loadSettings({ flags: {}, env: {}, dataDirectory: home.path });
      const shown = definitionOf(key).secret ? '********' : '{"of":"the wrong type"}';
      await expect(loading).rejects.toThrow(
        new ConfigurationError(`${file}: ${key} must be ${definitionOf(key).allowed}, not ${shown}`),
      );
    }
    writeFileSync(file, JSON.stringify({ logLevel: 'loud' }));
    expectRefusal(await runCli(['--stdio'], { home: home.path }), `${file}: logLevel must be one of fatal,`);
  });

  it.each([
    ['port', '-1'],
    ['port', '65536'],
    ['port', '0x50'],
    ['port', ''],
    ['port', '99999999999999999999'],
    ['retentionDays', '-1'],
    ['maxMessageBytes', '131073'],
    ['host', 'http://relay.example'],
    ['host', '10.0.0'],
    ['host', ''],
    ['trustedHosts', ['good.example', 'relay.example:8765']],
    ['trustedProxies', ['10.0.0.0/33']],
    ['corsOrigins', ['null']],
    ['corsOrigins', ['*']],
    ['corsOrigins', ['https://dash.example/path']],
    ['db', ''],
    ['db', 'a\0b'],
  ] as const)('is refused just outside of its range: %s %j', async (key, given) => {
    const { flag, allowed } = definitionOf(key);
    const loading = loadSettings({ flags: { [key]: given }, env: {}, dataDirectory: '/nowhere' });
    await expect(loading).rejects.toThrow(`${flag} must be ${allowed}, not `);
  });

  it('is refused also when a stronger source overrides it', async () => {
    using home = scratchDirectory();
    const result = await runCli(['--port', '0'], { home: home.path, env: { CLAUDE_BRIDGE_PORT: 'eighty' } });
    expectRefusal(result, 'CLAUDE_BRIDGE_PORT must be a whole number from 0 to 65535, not "eighty"');
  });

  it('never makes more than one line, whatever the text holds', async () => {
    const load = (text: string) =>
      loadSettings({ flags: { host: text }, env: { CLAUDE_BRIDGE_PORT: text }, dataDirectory: '/nowhere' });
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        const refused: unknown = await load(text).then(
          () => undefined,
          (error: unknown) => error,
        );
        expect(refused).toBeInstanceOf(ConfigurationError);
        expect((refused as Error).message).toMatch(
          /^(--host|CLAUDE_BRIDGE_PORT) must be [\x20-\x7e\xa0-\u2027\u202a-\u{10ffff}]*$/u,
        );
      }),
      {
        examples: [
          ['a\nb'],
          ['\u001b[31m'],
          ['\u009b31m'],
          ['x'.repeat(10_000)],
          ['\u2028'],
          [' '],
          ['\ud800'],
        ],
      },
    );
  });
});

describe('one half of a TLS pair', () => {
  it.each([
    [
      ['--tls-cert', 'cert.pem'],
      {},
      '--tls-cert needs the other half of the pair: set --tls-key, CLAUDE_BRIDGE_TLS_KEY',
    ],
    [
      [],
      { CLAUDE_BRIDGE_TLS_KEY: 'key.pem' },
      'CLAUDE_BRIDGE_TLS_KEY needs the other half of the pair: set --tls-cert,',
    ],
  ])('names the missing one', async (args, env, message) => {
    using home = scratchDirectory();
    expectRefusal(await runCli(args, { home: home.path, env }), message);
  });
});
