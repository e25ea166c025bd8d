import { ElectronDouble } from './electron.ts';

/**
 * The double in the place of the module `electron`, for the entry of the application in a process of its own. The parent
 * talks to it over the channel of the child: `{click: label}`, `{second: true}`, `{quit: true}`; it reports each state that
 * the tray is shown.
 */
const double = new ElectronDouble({ isFirst: process.env['OTHER_INSTANCE_RUNS'] !== '1' });
const parts = double.parts;

export const {
  app,
  BrowserWindow,
  clipboard,
  dialog,
  ipcMain,
  Menu,
  nativeImage,
  nativeTheme,
  Notification,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  safeStorage,
  session,
  shell,
  Tray,
} = parts;
export default parts;

// Electron is ready once the entry has been evaluated, not before.
setImmediate(() => double.app.becomeReady());
double.dialog.onError = ({ title, content }) => process.stderr.write(`${title}: ${content}\n`);
void double.app.quitted.then(() => process.exit(double.app.exitCode));

interface Order {
  click?: string;
  second?: true;
  quit?: true;
}

process.on('message', ({ click, second, quit }: Order) => {
  if (second) double.app.emitter.emit('second-instance', {}, [], '');
  if (quit) double.app.quit();
  if (click !== undefined) {
    const item = double.tray.menu.find(({ label }) => label === click);
    item?.click?.({} as never, undefined, {});
  }
});

void watch();
async function watch(): Promise<void> {
  while (double.trays.length === 0) await new Promise(setImmediate);
  await double.tray.until(() => {
    process.send?.({
      status: double.tray.menu[0]?.label,
      window: double.windows.at(-1)?.exported.isVisible() === true,
      sandboxed: double.app.isSandboxed,
      schemes: double.schemes.map(({ scheme }) => scheme),
      paths: double.app.paths,
      errors: double.dialog.errors,
    });
    return undefined;
  });
}
