import { Option, type Command } from 'commander';
import { collected } from './option-values.ts';
import { relayCommand, type Runs, type Talks } from './relay-command.ts';
import { givenTarget } from './target-options.ts';

/** Defines the commands that carry messages elsewhere and back. What runs them is loaded when they are used. */
export function defineArchiveCommands(program: Command, runs: Runs, talks: Talks): void {
  relayCommand(
    program
      .command('backup')
      .description('copy the database to a new file, also while a relay runs on it')
      .argument('<file>', 'the copy')
      .option('--force', 'replace it if it is there')
      .action(async (file: string, options: { force?: true }) => {
        const { backupCommand } = await import('./backup.ts');
        const request = { file, force: options.force === true };
        await runs((input) => backupCommand(request, givenTarget(program), input))();
      }),
    [
      { line: 'claude-bridge backup ~/bridge.db', does: 'of the relay that runs here, or of its file' },
      {
        line: 'claude-bridge backup --url http://192.0.2.10:8765 --token-file ~/token atlas.db',
        does: 'of a relay elsewhere',
      },
    ],
  );

  relayCommand(
    program
      .command('export')
      .description('write messages and where consumers stand as JSON Lines')
      .argument('[file]', 'where to; standard output without it', '-')
      .option('--channel <name>', 'only this channel; repeatable', collected)
      .option('--since <id or time>', 'only what came after this message, or from this time on')
      .option('--force', 'replace the file if it is there')
      .action(async (file: string, options: { channel?: string[]; since?: string; force?: true }) => {
        const { exportCommand } = await import('./export.ts');
        const { channel: channels = [], since, force } = options;
        const request = { file, channels, since, force: force === true };
        await talks((talk) => exportCommand(request, talk));
      }),
    [
      { line: 'claude-bridge export messages.jsonl', does: 'everything' },
      {
        line: 'claude-bridge export --channel demo:builds --since 2026-01-31',
        does: 'one channel from a day on, to standard output',
      },
      { line: 'claude-bridge export | gzip > messages.jsonl.gz', does: 'packed' },
    ],
  );
  relayCommand(
    program
      .command('import')
      .description('take over an export; what is there already is left alone')
      .argument('<file>', 'the export; - for standard input')
      .addOption(
        new Option('--on-error <what>', 'what a line does with which something is wrong')
          .choices(['stop', 'skip'])
          .default('stop'),
      )
      .option('--dry-run', 'only say what would be done')
      .action(async (file: string, options: { onError: 'stop' | 'skip'; dryRun?: true }) => {
        const { importCommand } = await import('./import.ts');
        const request = { file, onError: options.onError, dryRun: options.dryRun === true };
        await talks((talk) => importCommand(request, talk));
      }),
    [
      { line: 'claude-bridge import messages.jsonl', does: 'take over what is not there yet' },
      { line: 'claude-bridge import messages.jsonl --dry-run', does: 'only say how much that is' },
      { line: 'gzip -dc messages.jsonl.gz | claude-bridge import -', does: 'from a pipe' },
    ],
  );
}
