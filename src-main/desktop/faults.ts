import type { Dialog } from 'electron/main';
import { toError } from '../../src-shared/bridge-error.ts';

export interface FaultsParts {
  process: Pick<NodeJS.Process, 'on'>;
  dialog: Pick<Dialog, 'showErrorBox'>;
  log: (error: Error) => void;
  quit: () => void;
}

/** A bug is logged, told and ends the program in order: what it leaves behind cannot be trusted. */
export function reportFaults({ process, dialog, log, quit }: FaultsParts): void {
  let isReported = false;
  const report = (thrown: unknown) => {
    const error = toError(thrown);
    log(error);
    if (isReported) return;
    isReported = true;
    dialog.showErrorBox(
      'Claude Bridge has to stop',
      `This is a fault in Claude Bridge. Messages that were acknowledged are on disk.\n\n${error.message}\n\nThe log says more.`,
    );
    quit();
  };
  process.on('uncaughtException', report);
  process.on('unhandledRejection', report);
}
