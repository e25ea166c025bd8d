import { accessSync, constants, statfsSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { toError } from '../../../src-shared/bridge-error.ts';
import { isLoopbackHost, loopbacksBeside } from '../../security/access-policy.ts';
import { urlHost } from '../../security/ip-address.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import { bytesInWords } from '../numbers.ts';
import { reason } from './examination.ts';
import { ok, problem, skipped, warning, type Finding } from './finding.ts';

/** Free space below which a relay may soon be unable to store, in bytes. */
const scarceBytes = 500 * 1024 * 1024;
const tooLittleBytes = 20 * 1024 * 1024;

/** Whether this user, and only this user, can use the files of the relay. */
export function fileChecks({ paths, settings }: LoadedSettings): Finding[] {
  const files = [
    { subject: 'data directory', path: paths.directory, mode: 0o700 },
    { subject: 'settings file', path: paths.settingsFile, mode: 0o600 },
    { subject: 'token file', path: paths.tokenFile, mode: 0o600 },
    { subject: 'database', path: settings.db, mode: 0o600 },
  ];
  return files.flatMap(fileCheck);
}

function fileCheck({ subject, path, mode }: { subject: string; path: string; mode: number }): Finding[] {
  let found: number;
  try {
    found = statSync(path).mode & 0o777;
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // What is not there yet is made with the right mode when it is needed.
    if (code === 'ENOENT')
      return subject === 'data directory' ? [skipped(subject, `${path} does not exist yet`)] : [];
    const next = 'give it to the user who runs the relay';
    return [problem(subject, 'database', `${path} cannot be used: ${reason(error)}`, next)];
  }
  if (process.platform !== 'win32' && (found & 0o077) !== 0) {
    const next = `chmod ${mode.toString(8)} ${path}`;
    return [warning(subject, `${path} can be used by others (mode ${found.toString(8)})`, next)];
  }
  return [ok(subject, path)];
}

/** Whether there is room for more messages. */
export function diskCheck({ settings }: LoadedSettings): Finding {
  const folder = existing(dirname(settings.db));
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const says = `${bytesInWords(free)} free for the database`;
  const next = 'make room; until then the relay refuses what it cannot store, and loses nothing';
  if (free < tooLittleBytes) return problem('disk', 'database', says, next);
  return free < scarceBytes ? warning('disk', says, next) : ok('disk', says);
}

/** The nearest folder above that is there. */
function existing(folder: string): string {
  try {
    statSync(folder);
    return folder;
  } catch {
    const above = dirname(folder);
    return above === folder ? folder : existing(above);
  }
}

/** Whether a relay could be started here: for when none is running. */
export async function portChecks({ settings }: LoadedSettings): Promise<Finding[]> {
  const { host, port, loopback } = settings;
  const findings = [await portCheck(host, port)];
  for (const beside of loopback && port !== 0 ? loopbacksBeside(host) : []) {
    if (!isTaken(await binding(beside, port))) continue;
    const says = `${port} on ${beside} is taken by ${(await whoHas(beside, port)).words}: programs of this machine would not find the relay there`;
    findings.push(warning('loopback', says, loopbackAdvice));
  }
  return findings;
}

function isTaken(error: NodeJS.ErrnoException | undefined): boolean {
  return error?.code === 'EADDRINUSE';
}

/** What to do where somebody else has the loopback address beside that of the relay. */
export const loopbackAdvice =
  'end that program and run claude-bridge config reload, or choose another port; if it is meant to be so, say --no-loopback';

async function portCheck(host: string, port: number): Promise<Finding> {
  if (port === 0) return ok('port', 'the system chooses a free one');
  const error = await binding(host, port);
  if (!error) return ok('port', `${port} on ${host} is free`);
  if (isTaken(error)) {
    const { words, isRelay } = await whoHas(host, port);
    const next = `end that program, or start the relay with --port ${port + 1}`;
    // A relay of one network has loopback beside it, which it can do without.
    const leave =
      isRelay && isLoopbackHost(host) ? '; if that one listens on a network, --no-loopback keeps it off' : '';
    return problem('port', 'port', `${port} on ${host} is taken by ${words}`, `${next}${leave}`);
  }
  const next = 'choose another address or port (--host, --port)';
  return problem('port', 'port', `${port} on ${host} cannot be used: ${error.message}`, next);
}

function binding(host: string, port: number): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(toError(error)));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}

async function whoHas(host: string, port: number): Promise<{ words: string; isRelay?: boolean }> {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : urlHost(host === '::' ? '::1' : host);
  try {
    const response = await fetch(`http://${reachable}:${port}/status`, {
      signal: AbortSignal.timeout(2_000),
    });
    const { service } = (await response.json()) as { service?: unknown };
    if (service === 'claude-bridge')
      return { words: 'a relay that belongs to another data directory or user', isRelay: true };
    return { words: `a web server (HTTP status ${response.status})` };
  } catch {
    return { words: 'another program' };
  }
}
