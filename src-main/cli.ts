#!/usr/bin/env node
import { keepYoungSpaceSmall } from './runtime/young-space.ts';
import { bundledNode, isSupportedNode, oldestNode, runOn } from './cli/node-version.ts';

// Little is imported before this point: an old Node must get as far as the check, and every start pays for it.

// Set when the binary of the desktop application runs us as Node; a child of ours must not inherit it.
delete process.env['ELECTRON_RUN_AS_NODE'];

if (isSupportedNode(process.versions.node)) {
  keepYoungSpaceSmall();
  const { main } = await import('./cli/main.ts');
  const exitCode = await main(process.argv.slice(2));
  process.exitCode ||= exitCode;
} else {
  const node = bundledNode(import.meta.url, process.platform, process.execPath);
  if (node === undefined) {
    process.stderr.write(
      `error: claude-bridge needs Node ${oldestNode} or newer, this is Node ${process.versions.node}\n`,
    );
    process.exitCode = 2;
  } else {
    runOn(node, process.argv.slice(1));
  }
}
