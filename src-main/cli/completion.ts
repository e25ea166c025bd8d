import type { Command } from 'commander';
import { exitCode } from './exit-codes.ts';
import type { Shell } from './shells.ts';

/** `claude-bridge completion SHELL`: prints the script by which a shell completes our commands and flags. */
export async function completionCommand(shell: Shell): Promise<number> {
  const { default: tab } = await import('@bomb.sh/tab');
  tab.setup('claude-bridge', 'claude-bridge', shell);
  return exitCode('fine');
}

/** Adds the command that these scripts call at each press of the key, `complete -- WORDS`. */
export async function addSuggestions(program: Command): Promise<void> {
  const { default: tab } = await import('@bomb.sh/tab/commander');
  // It is for scripts only and need not be suggested itself.
  tab(program).commands.delete('complete');
}
