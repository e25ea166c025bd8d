import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { definitionOf } from '../../src-shared/settings.ts';
import { runCli, scratchDirectory } from '../cli/run-cli.ts';
import { plainKeys, sample } from './samples.ts';

interface Shown {
  settings: Record<string, { value: unknown; source: string; name: string }>;
}

const places = ['flag', 'env', 'file'] as const;
const combinations = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => places.filter((_, place) => bits & (1 << place)));

describe('every setting', () => {
  it.each(combinations.map((given) => [given.join(' and ') || 'nothing', given] as const))(
    'is taken from the strongest source when given by %s',
    async (_, given) => {
      using home = scratchDirectory();
      const flags = given.includes('flag') ? plainKeys.flatMap((key) => sample(key, 0).flags) : [];
      const env = given.includes('env')
        ? Object.fromEntries(plainKeys.map((key) => [definitionOf(key).env, sample(key, 1).env]))
        : {};
      if (given.includes('file')) {
        const values = Object.fromEntries(plainKeys.map((key) => [key, sample(key, 2).value]));
        writeFileSync(join(home.path, 'config.json'), JSON.stringify(values));
      }

      const result = await runCli(['config', 'show', '--json', ...flags], { home: home.path, env });

      expect(result).toMatchObject({ code: 0, stderr: '' });
      const shown = (JSON.parse(result.stdout) as Shown).settings;
      const winner = given[0] ?? 'default';
      const expected = plainKeys.map((key) => {
        const definition = definitionOf(key);
        const byDefault = key === 'db' ? join(home.path, 'claude-bridge.db') : (definition.default ?? null);
        const value =
          winner === 'default' ? byDefault : sample(key, places.indexOf(winner) as 0 | 1 | 2).value;
        const name = {
          flag: sample(key, 0).flags[0]?.split('=')[0],
          env: definition.env,
          file: 'config.json',
          default: 'default',
        }[winner];
        return [key, { value, source: winner, name, reloadable: definition.reloadable }];
      });
      expect(Object.fromEntries(plainKeys.map((key) => [key, shown[key]]))).toEqual(
        Object.fromEntries(expected),
      );
    },
  );

  it('counts as unset when its variable is blank', async () => {
    using home = scratchDirectory();
    const env = Object.fromEntries(plainKeys.map((key) => [definitionOf(key).env, ' ']));

    const result = await runCli(['config', 'show', '--json'], { home: home.path, env });

    const sources = Object.values((JSON.parse(result.stdout) as Shown).settings).map(({ source }) => source);
    expect(new Set(sources)).toEqual(new Set(['default']));
  });

  it('can be turned back to its default by the opposite flag of a switch', async () => {
    using home = scratchDirectory();
    const env = { CLAUDE_BRIDGE_AUDIT_LOG: 'on', CLAUDE_BRIDGE_NO_DASHBOARD: 'on' };

    const result = await runCli(['config', 'show', '--json', '--no-audit-log', '--dashboard'], {
      home: home.path,
      env,
    });

    expect((JSON.parse(result.stdout) as Shown).settings).toMatchObject({
      auditLog: { value: false, source: 'flag', name: '--no-audit-log' },
      dashboard: { value: true, source: 'flag', name: '--dashboard' },
    });
  });
});

describe('a relative path', () => {
  it('counts from the working directory in a flag or variable and from the data directory in the file', async () => {
    using home = scratchDirectory();
    using elsewhere = scratchDirectory();
    const pathOf = async (args: string[], env: Record<string, string>) => {
      const result = await runCli(['config', 'show', '--json', ...args], {
        home: home.path,
        env,
        cwd: elsewhere.path,
      });
      return (JSON.parse(result.stdout) as Shown).settings['db']?.value;
    };
    writeFileSync(join(home.path, 'config.json'), JSON.stringify({ db: 'data/by-file.db' }));

    expect(await pathOf(['--db', 'by-flag.db'], {})).toBe(join(elsewhere.path, 'by-flag.db'));
    expect(await pathOf([], { CLAUDE_BRIDGE_DB: 'by-variable.db' })).toBe(
      join(elsewhere.path, 'by-variable.db'),
    );
    expect(await pathOf([], {})).toBe(join(home.path, 'data', 'by-file.db'));
  });
});
