import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { ApiClient } from '../../../src-shared/client/api-client.ts';
import { clients, tokenVariable } from '../../../src-shared/connect/client.ts';
import { detectClients, type Detected } from '../../clients/detect.ts';
import type { Entry } from '../../clients/editor.ts';
import { currentEntry } from '../../clients/entry-file.ts';
import { configFile, type Place } from '../../clients/place.ts';
import { lookMs, reason, type Examination } from './examination.ts';
import { ok, problem, skipped, warning, type Finding } from './finding.ts';

/** Whether the clients of this user know a relay, which one, and whether it lets them in. */
export async function clientChecks(examination: Examination, place: Place): Promise<Finding[]> {
  const present = detectClients(place).filter(({ found }) => found !== undefined);
  if (present.length === 0) return [skipped('clients', 'no client that we know was found on this machine')];
  return Promise.all(present.map((detected) => clientCheck(detected, examination, place)));
}

async function clientCheck({ client }: Detected, examination: Examination, place: Place): Promise<Finding> {
  const subject = clients[client].name;
  const setUp = `claude-bridge connect ${client}`;
  let entry: Entry | undefined;
  try {
    entry = currentEntry({ client, scope: 'user', path: configFile(client, 'user', place) });
  } catch (error) {
    return problem(
      subject,
      'configuration',
      reason(error),
      'correct the file; the client cannot read it either',
    );
  }
  if (entry === undefined) return skipped(subject, `does not know the relay yet: ${setUp}`);
  const { command } = entry;
  if (typeof command === 'string') {
    if (!isAbsolute(command) || existsSync(command)) return ok(subject, `starts ${command}`);
    return problem(subject, 'configuration', `starts ${command}, which is not there`, setUp);
  }
  const address = entry['url'] ?? entry['httpUrl'];
  if (typeof address !== 'string' || !URL.canParse(address)) {
    return problem(subject, 'configuration', 'has an entry without an address', setUp);
  }
  return connectionCheck(
    subject,
    { address: new URL(address), token: tokenOf(entry, place.env), setUp },
    examination,
  );
}

interface ToldConnection {
  address: URL;
  token: string | undefined;
  setUp: string;
}

async function connectionCheck(
  subject: string,
  { address, token, setUp }: ToldConnection,
  { target }: Examination,
): Promise<Finding> {
  const url = address.origin + address.pathname.replace(/\/(mcp|sse)$/, '').replace(/\/$/, '');
  const there = new ApiClient({ ...target, url, token: () => token });
  try {
    const { principal } = await there.whoami({ signal: AbortSignal.timeout(lookMs) });
    const who = `points to ${url}, where it is ${principal.label}`;
    return target.isAt(url)
      ? ok(subject, who)
      : warning(subject, `${who}; examined was ${target.url}`, setUp);
  } catch (error) {
    const next =
      token === undefined
        ? `set ${tokenVariable} where the client starts, or run ${setUp} again`
        : `run ${setUp} again`;
    return problem(subject, 'denied', `points to ${url}, but: ${reason(error)}`, next);
  }
}

/** The token that the client will send, as far as this environment is that of the client. */
function tokenOf(entry: Entry, env: NodeJS.ProcessEnv): string | undefined {
  const variable = entry['bearer_token_env_var'];
  if (typeof variable === 'string') return env[variable];
  const headers = (entry['headers'] ?? entry['http_headers'] ?? {}) as Record<string, unknown>;
  const written = headers['Authorization'];
  if (typeof written !== 'string') return undefined;
  const value = written.replace(/^Bearer /i, '');
  const reference = /^\$\{(?:env:)?(\w+)\}$/.exec(value)?.[1];
  return reference === undefined ? value : env[reference];
}
