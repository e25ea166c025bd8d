/** A file of the Desktop Entry Specification that starts a command at login. */
export function autostartEntry(command: readonly string[]): string {
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Claude Bridge',
    'Comment=Relay between coding agents',
    `Exec=${command.map(execWord).join(' ')}`,
    'Icon=claude-bridge-desktop',
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n');
}

/**
 * A word of the key `Exec`: quoted as the specification has it, then escaped once more as every string value is. A `%`
 * would stand for a file or an icon.
 */
function execWord(word: string): string {
  const doubled = word.replaceAll('%', '%%');
  if (/^[\w@+:,./=-]+$/.test(doubled)) return doubled;
  const quoted = `"${doubled.replace(/(["`$\\])/g, '\\$1')}"`;
  return quoted.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
