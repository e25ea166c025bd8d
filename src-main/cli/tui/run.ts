import { render } from 'ink';
import { createElement } from 'react';
import { printNote } from '../output.ts';
import type { Talk } from '../talk.ts';
import { App } from './app.ts';
import { terminalKept } from './give-back.ts';
import { Session, type SessionOptions } from './state/session.ts';

/** Frames per second: enough to feel immediate, few enough for a slow connection. */
const mostFrames = 20;

/** Shows the screen until somebody quits or the command is broken off. */
export async function runScreen(
  { target, signal }: Talk,
  options: Omit<SessionOptions, 'target'>,
): Promise<void> {
  const session = new Session({ target, ...options });
  const quit = () => session.work.quit();
  const giveBack = terminalKept();
  const screen = render(createElement(App, { session }), {
    alternateScreen: true,
    incrementalRendering: true,
    exitOnCtrlC: false,
    // Also where variables look like those of a build server: whoever starts it has a terminal.
    interactive: true,
    maxFps: mostFrames,
    patchConsole: false,
  });
  // An error while drawing ends the screen as well.
  screen.waitUntilExit().then(quit, (error: unknown) => session.work.failed(error));
  signal.addEventListener('abort', quit);
  try {
    session.news.start();
    await session.work.ended;
  } finally {
    signal.removeEventListener('abort', quit);
    const { sending, inDoubt } = session.composer;
    session.close();
    screen.unmount();
    giveBack();
    if (sending || inDoubt)
      printNote('no answer came to what was sent last: look whether it is stored before you send it again');
  }
}
