import { tokenVariable } from './client.ts';
import { quote, type Shell } from './shell.ts';

/**
 * Asks for the token and keeps it in `CLAUDE_BRIDGE_TOKEN` for the commands that follow, so that it stays out of the
 * shell's history. The form for POSIX shells is understood by bash and zsh; cmd shows what is typed.
 */
export function askForToken(shell: Shell): string {
  switch (shell) {
    case 'posix':
      return `read -rs ${tokenVariable} && export ${tokenVariable}`;
    case 'powershell':
      return `$env:${tokenVariable} = [Net.NetworkCredential]::new('', (Read-Host 'Token' -AsSecureString)).Password`;
    case 'cmd':
      return `set /p ${tokenVariable}=Token: `;
  }
}

/** Sets `CLAUDE_BRIDGE_TOKEN` to `token`, for the owner of the token to copy. */
export function setToken(shell: Shell, token: string): string {
  switch (shell) {
    case 'posix':
      return `export ${tokenVariable}=${quote(shell, token)}`;
    case 'powershell':
      return `$env:${tokenVariable} = '${token.replace(/['‘’‚‛]/g, '$&$&')}'`;
    case 'cmd':
      return `set "${tokenVariable}=${token}"`;
  }
}

/** Sets `CLAUDE_BRIDGE_TOKEN` from the file that holds it: fit for a start-up file of the shell, since it is no secret. */
export function readTokenFile(shell: Shell, path: string): string {
  switch (shell) {
    case 'posix':
      return `export ${tokenVariable}="$(cat ${quote(shell, path)})"`;
    case 'powershell':
      return `$env:${tokenVariable} = (Get-Content -Raw -LiteralPath ${quote(shell, path)}).Trim()`;
    case 'cmd':
      return `set /p ${tokenVariable}=<"${path}"`;
  }
}
