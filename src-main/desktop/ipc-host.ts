import type * as z from 'zod';
import type { IpcMain, IpcMainInvokeEvent } from 'electron/main';
import { BridgeError, toError } from '../../src-shared/bridge-error.ts';
import {
  desktopCallInputs,
  type DesktopAnswer,
  type DesktopCallInput,
  type DesktopCallOutputs,
} from '../../src-shared/ipc.ts';
import { callChannel, desktopCallNames, type DesktopCallName } from '../../src-shared/ipc-channels.ts';
import { validate } from '../../src-shared/validation.ts';
import { isOurs } from './hardening.ts';

/** One function for each call of the page, with its input already checked. */
export type DesktopCalls = {
  readonly [N in DesktopCallName]: (
    input: DesktopCallInput<N>,
  ) => DesktopCallOutputs[N] | Promise<DesktopCallOutputs[N]>;
};

export interface IpcHostParts {
  ipc: Pick<IpcMain, 'handle'>;
  calls: DesktopCalls;
  onError: (error: Error, call: DesktopCallName) => void;
}

/** Answers the calls of the page: only of ours, and only what fits the contract. */
export function hostCalls({ ipc, calls, onError }: IpcHostParts): void {
  for (const name of desktopCallNames) {
    ipc.handle(callChannel(name), (event, input: unknown) => answer(name, event, input));
  }

  async function answer<N extends DesktopCallName>(
    name: N,
    event: IpcMainInvokeEvent,
    input: unknown,
  ): Promise<DesktopAnswer<N>> {
    try {
      requireOurPage(event);
      // One schema of many is no schema to the compiler; its own output is the input of its own call.
      const schema = desktopCallInputs[name] as unknown as z.ZodType<DesktopCallInput<N>>;
      const checked = validate(schema, input);
      return { ok: true, value: await calls[name](checked) };
    } catch (thrown) {
      if (thrown instanceof BridgeError) return { ok: false, error: thrown.toBody() };
      const error = toError(thrown);
      onError(error, name);
      return { ok: false, error: new BridgeError('internal_error', error.message).toBody() };
    }
  }
}

/** A frame of another origin cannot get here, as nothing lets it in; should one ever, it is still refused. */
function requireOurPage({ senderFrame }: IpcMainInvokeEvent): void {
  // Null when the frame has gone in the meantime.
  if (senderFrame === null || senderFrame.parent !== null || !isOurs(senderFrame.url)) {
    throw new BridgeError('missing_right', 'only the page of Claude Bridge may ask this');
  }
}
