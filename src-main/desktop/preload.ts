import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron/renderer';
import type { DesktopState } from '../../src-shared/desktop-state.ts';
import { callChannel, desktopCallNames, desktopGlobal, stateChannel } from '../../src-shared/ipc-channels.ts';

// The one script that sees both the page and the application. It runs in a sandbox and hands the page named functions,
// never Electron itself.

const calls = desktopCallNames.map((name) => [
  name,
  (input?: unknown) => ipcRenderer.invoke(callChannel(name), input),
]);

function onState(listener: (state: DesktopState) => void): () => void {
  const hear = (_event: IpcRendererEvent, state: DesktopState) => listener(state);
  ipcRenderer.on(stateChannel, hear);
  return () => ipcRenderer.off(stateChannel, hear);
}

contextBridge.exposeInMainWorld(desktopGlobal, { ...Object.fromEntries(calls), onState });
