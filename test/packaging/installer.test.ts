import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { scratchDirectory } from '../support/program.ts';

const build = fileURLToPath(new URL('../../build/', import.meta.url));
const makensis = process.env['MAKENSIS'] ?? 'makensis';

const hasNsis = spawnSync(makensis, ['-VERSION']).status === 0;
if (!hasNsis) console.warn('makensis is not installed: what we add to the Windows installer is not compiled');

/** The least that electron-builder puts around our part: its way of saying that an update runs the uninstaller. */
const frame = `
!include LogicLib.nsh
!define APP_ID "dev.example.claude-bridge"
!macro _isUpdated _a _b _t _f
  StrCmp "$0" "updated" \`\${_t}\` \`\${_f}\`
!macroend
!define isUpdated \`"" isUpdated ""\`
!include "${build}installer.nsh"
Name test
OutFile test.exe
Section
  WriteUninstaller "$INSTDIR\\uninstall.exe"
SectionEnd
Section un.install
  !insertmacro customUnInstall
SectionEnd
`;

test.runIf(hasNsis)('what we add to the Windows installer compiles without a warning', () => {
  const folder = scratchDirectory();
  writeFileSync(join(folder, 'frame.nsi'), frame);
  const output = execFileSync(makensis, ['-WX', 'frame.nsi'], { cwd: folder, encoding: 'utf8' });
  expect(output).toContain('Output: ');
});

test('the scripts of the Debian package can be read by the shell that runs them', () => {
  for (const name of ['after-install.sh', 'after-remove.sh']) {
    // bash -n reads without running.
    execFileSync('bash', ['-n', join(build, 'linux', name)]);
  }
});
