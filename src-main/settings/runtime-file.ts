import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { unusable } from './configuration-error.ts';

/** What a running relay leaves in `runtime/relay.json` (mode 0600) for the programs of the same user. */
const runtimeFile = z.object({
  /** Where it can be reached from this machine. */
  url: z.url({ protocol: /^https?$/ }),
  /** The same relay at further addresses that are its own as long as it runs. */
  alsoAt: z.array(z.url({ protocol: /^https?$/ })).default([]),
  pid: z.int().positive(),
  version: z.string(),
  /** A token of its own with every right, valid as long as the process lives. */
  token: z.string().min(1),
  startedAt: z.string(),
  db: z.string(),
});
export type RuntimeFile = z.infer<typeof runtimeFile>;

/**
 * The file of a relay that may still be running; undefined if there is none or it is damaged.
 * @throws ConfigurationError when it is there but cannot be read
 */
export function readRuntimeFile(path: string): RuntimeFile | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unusable('read', path, error);
  }
  return runtimeFile.safeParse(parsed(text)).data;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
