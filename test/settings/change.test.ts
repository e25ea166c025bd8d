import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSettings } from '../../src-main/settings/load.ts';
import { changeOf } from '../../src-main/settings/change.ts';
import { scratchDirectory } from '../cli/run-cli.ts';

describe('settings that are read again', () => {
  it('take over what may change while running, leave the rest for a restart and show no secret', async () => {
    using home = scratchDirectory();
    const file = join(home.path, 'config.json');
    writeFileSync(file, '{"maxSse": 10, "authToken": "fictional-old"}');
    const running = await loadSettings({ flags: { retentionDays: '3' }, env: {}, dataDirectory: home.path });
    writeFileSync(
      file,
      '{"maxSse": 20, "corsOrigins": ["https://a.example"], "retentionDays": 5, "port": 1, "durability": "normal", "authToken": "fictional-new"}',
    );

    const change = changeOf(running.settings, (await running.reload()).settings);

    expect(change).toEqual({
      applied: {
        port: [8765, 1],
        corsOrigins: [[], ['https://a.example']],
        authToken: ['********', '********'],
        maxSse: [10, 20],
      },
      afterRestart: ['durability'],
      settings: {
        ...running.settings,
        ...{ port: 1, corsOrigins: ['https://a.example'], authToken: 'fictional-new', maxSse: 20 },
      },
    });
  });

  it('change nothing when the file is as it was', async () => {
    using home = scratchDirectory();
    writeFileSync(join(home.path, 'config.json'), '{"trustedHosts": ["a.example"]}');
    const running = await loadSettings({ flags: {}, env: {}, dataDirectory: home.path });

    const change = changeOf(running.settings, (await running.reload()).settings);

    expect(change).toEqual({ applied: {}, afterRestart: [], settings: running.settings });
  });
});
