import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configurationFile, configurationPage, exampleFile } from '../../scripts/write-docs.ts';
import { otherVariables, variablesWithoutEffect } from '../../src-shared/settings/compatibility.ts';
import { checkSetting, isSettingKey } from '../../src-shared/settings/check.ts';
import { definitionOf, settingKeys } from '../../src-shared/settings.ts';

const definitions = settingKeys.map((key) => ({ key, ...definitionOf(key) }));

describe('the definitions of the settings', () => {
  it('have defaults that keep their own rules', () => {
    for (const key of settingKeys) {
      const byDefault = definitionOf(key).default;
      if (byDefault !== undefined)
        expect(checkSetting(key, byDefault)).toEqual({ ok: true, value: byDefault });
    }
  });

  it('use no flag and no variable twice', () => {
    const variables = [
      ...definitions.map(({ env }) => env),
      ...variablesWithoutEffect.map(({ name }) => name),
      ...otherVariables,
    ];
    const flags = definitions.map(({ flag }) => flag.replace('--no-', '--'));
    expect(new Set(variables).size).toBe(variables.length);
    expect(new Set(flags).size).toBe(flags.length);
  });

  it('keep every variable of the original', () => {
    const accepted = new Set([
      ...definitions.map(({ env }) => env),
      ...variablesWithoutEffect.map(({ name }) => name),
    ]);
    // Wire specification 1.3.
    const original = `DB AUTH_TOKEN CORS_ORIGIN NO_DASHBOARD AUDIT_LOG RETENTION_DAYS RETENTION_SWEEP_SECONDS MAX_SSE
      MAX_SSE_PER_CHANNEL SSE_REPLAY_LIMIT TRUSTED_HOSTS ALLOW_UNAUTHENTICATED_NETWORK MAX_REQUEST_BYTES
      MAX_MESSAGE_BYTES AUDIT_RETENTION_DAYS STATELESS_HTTP SESSION_TTL_SECONDS EVENT_POLL_MS EVENT_RETENTION_DAYS`;
    const missing = original.split(/\s+/).filter((name) => !accepted.has(`CLAUDE_BRIDGE_${name}`));
    expect(missing).toEqual([]);
    expect(accepted).toContain('FORWARDED_ALLOW_IPS');
  });
});

describe('docs/configuration.md', () => {
  it('says what the definitions say', () => {
    const written = readFileSync(configurationFile, 'utf8');
    expect(written === configurationPage(), 'docs/configuration.md is stale: run `npm run docs`').toBe(true);
  });

  it('shows a settings file that the relay would accept', () => {
    for (const [key, value] of Object.entries(exampleFile)) {
      expect(isSettingKey(key) && checkSetting(key, value)).toEqual({ ok: true, value });
    }
  });
});
