import * as z from 'zod';
import type { SettingsChange, SettingsResponse } from './api/settings.ts';
import { rotationRequest, type TokenRotated } from './api/tokens.ts';
import type { ErrorBody } from './bridge-error.ts';
import { desktopSettingsChange } from './desktop-settings.ts';
import type { CertificateFacts, DesktopState } from './desktop-state.ts';
import type { DesktopCallName } from './ipc-channels.ts';

const nothing = z.undefined();
const path = z.string().min(1).max(4096);

/** What each call takes. Every payload is checked against this before anything is done with it. */
export const desktopCallInputs = {
  readState: nothing,
  startRelay: nothing,
  stopRelay: nothing,
  pauseRelay: nothing,
  resumeRelay: nothing,
  readSettings: nothing,
  /** As `PATCH /api/settings`, which has the rules. */
  changeSettings: z.record(z.string(), z.unknown()),
  changeDesktopSettings: desktopSettingsChange,
  setStartAtLogin: z.strictObject({ enabled: z.boolean() }),
  showToken: nothing,
  /** As `POST /api/token/rotate`. */
  rotateToken: rotationRequest,
  inspectCertificate: z.strictObject({ certPath: path, keyPath: path }),
  chooseFile: z.strictObject({ purpose: z.enum(['certificate', 'key', 'database']) }),
  saveCopy: z.strictObject({ what: z.enum(['backup', 'export']) }),
  copyText: z.strictObject({ text: z.string().min(1).max(1_000_000) }),
  showDataDirectory: nothing,
  viewLogs: nothing,
  installCommandLineTool: nothing,
  removeCommandLineTool: nothing,
  update: nothing,
  firstRun: z.discriminatedUnion('do', [
    z.strictObject({ do: z.literal('listen'), host: z.string().min(1), port: z.int().min(1).max(65_535) }),
    z.strictObject({ do: z.literal('lookAtPort'), port: z.int().min(1).max(65_535) }),
    z.strictObject({ do: z.literal('useToken') }),
    z.strictObject({ do: z.literal('connect'), clients: z.array(z.string()).max(20) }),
    z.strictObject({ do: z.literal('back') }),
    z.strictObject({ do: z.literal('finish') }),
    z.strictObject({ do: z.literal('skip') }),
  ]),
  reportUnread: z
    .array(z.strictObject({ channel: z.string().min(1).max(1024), count: z.int().positive() }))
    .max(10_000),
} satisfies Record<DesktopCallName, z.ZodType>;

export type DesktopCallInput<N extends DesktopCallName> = z.infer<(typeof desktopCallInputs)[N]>;

/** What each call answers. `null`: done, or where a person chooses, nothing was chosen. */
export interface DesktopCallOutputs {
  readState: DesktopState;
  startRelay: null;
  stopRelay: null;
  pauseRelay: null;
  resumeRelay: null;
  readSettings: SettingsResponse;
  changeSettings: SettingsChange;
  changeDesktopSettings: null;
  setStartAtLogin: null;
  showToken: { token: string | null };
  rotateToken: TokenRotated;
  inspectCertificate: CertificateFacts;
  chooseFile: { path: string } | null;
  saveCopy: { path: string; bytes: number } | null;
  copyText: null;
  showDataDirectory: null;
  viewLogs: null;
  installCommandLineTool: null;
  removeCommandLineTool: null;
  update: null;
  firstRun: null;
  reportUnread: null;
}

/** An answer on its way: what is thrown on one side would lose its code on the way to the other. */
export type DesktopAnswer<N extends DesktopCallName> =
  { ok: true; value: DesktopCallOutputs[N] } | { ok: false; error: ErrorBody };

type Call<N extends DesktopCallName> =
  undefined extends DesktopCallInput<N>
    ? () => Promise<DesktopAnswer<N>>
    : (input: DesktopCallInput<N>) => Promise<DesktopAnswer<N>>;

/** What the preload script puts into the page, and nothing else. */
export type DesktopBridge = { readonly [N in DesktopCallName]: Call<N> } & {
  /** Calls back with each new state. Returns the function that ends it. */
  readonly onState: (listener: (state: DesktopState) => void) => () => void;
};
