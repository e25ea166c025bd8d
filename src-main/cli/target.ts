import { readFileSync } from 'node:fs';
import type { HttpTarget } from '../../src-shared/client/http-call.ts';
import { checkSetting } from '../../src-shared/settings/check.ts';
import { strip } from '../../src-shared/text.ts';
import { nodeFetch } from '../remote/node-fetch.ts';
import { readRelayUrl } from '../remote/relay-url.ts';
import { readFingerprint, type Trust } from '../remote/trust.ts';
import { ConfigurationError, unusable } from '../settings/configuration-error.ts';
import { readJoinedRelay } from '../settings/joined-relay.ts';
import { dataPaths } from '../settings/paths.ts';
import { readTokenFile } from '../settings/token.ts';
import { RunningRelay } from './running-relay.ts';
import { targetFlags, type TargetOptions } from './target-options.ts';

/** The relay that a command talks to, as ApiClient and EventSubscription want it, and how it was found. */
export interface Target extends HttpTarget {
  /** Read anew each time where it comes from a file. @throws ConfigurationError when that can no longer be used */
  readonly token: () => string | undefined;
  readonly fetch: typeof fetch;
  readonly trust: Trust;
  /** Whether this address, too, is known here to be that relay's. */
  readonly isAt: (url: string) => boolean;
  /**
   * `running`: the relay of this machine, by its runtime file. `joined`: the one that this machine has joined. `given`: by
   * flag or variable.
   */
  readonly found: 'running' | 'joined' | 'given';
  /** Sentences for the user. */
  readonly warnings: readonly string[];
}

export interface TargetPlace {
  env: NodeJS.ProcessEnv;
  dataDirectory: string;
}

/** What one source says, each value with its name there. */
type Layer = Partial<Record<keyof TargetOptions, { value: string; name: string }>>;

/**
 * The relay of a command: that of `--url`, else of `CLAUDE_BRIDGE_URL`, else the one that runs with this data directory,
 * else the one that this machine has joined.
 * @throws ConfigurationError for a flag, variable or file that cannot be used
 * @throws CommandFailure `unreachable` when no address is given and no relay runs here
 */
export function findTarget(options: TargetOptions, { env, dataDirectory }: TargetPlace): Target {
  const { runtimeFile } = dataPaths(dataDirectory);
  const flags = layerOf(({ flag }, key) => [flag, options[key]]);
  const layers = [flags, layerOf((names) => [names.env, env[names.env]]), serversLayer(env)];
  const warnings = flags.token ? ['--token is visible in the process list; prefer --token-file'] : [];
  const url = strongest('url', layers);
  if (url === undefined) {
    const completed = completeTarget(options, { env, dataDirectory });
    // A variable may hold a token for another relay.
    if (completed.url !== undefined) {
      return { ...findTarget(completed, { env: {}, dataDirectory }), found: 'joined', warnings };
    }
    // A variable may be meant for another relay, a flag is meant for this one.
    return runningTarget(RunningRelay.find(runtimeFile), credentialOf([flags]), warnings);
  }
  const trust = trustOf(layers);
  const address = readRelayUrl(url.value, url.name);
  const running = RunningRelay.look(runtimeFile);
  const isAt = (other: string) =>
    other === address || (running?.isAt(address) === true && running.isAt(other));
  const ownToken = () => (running?.isAt(address) === true ? running.token : undefined);
  return {
    url: address,
    // The relay that runs here may be spelled out; then its file has a token.
    token: credentialOf(layers) ?? ownToken,
    ...{ trust, fetch: nodeFetch(trust), isAt, found: 'given', warnings },
  };
}

function runningTarget(
  relay: RunningRelay,
  token: (() => string) | undefined,
  warnings: readonly string[],
): Target {
  const { trust } = relay;
  return {
    // Asked each time: the relay may have been started anew, on another port.
    get url() {
      return relay.url;
    },
    token: token ?? (() => relay.token),
    isAt: (url) => relay.isAt(url),
    ...{ trust, fetch: nodeFetch(trust), found: 'running', warnings },
  };
}

/**
 * What was given, completed by the relay that this machine has joined where nothing names another one and none runs here.
 * A token that was given is meant for it, too.
 */
export function completeTarget(options: TargetOptions, { env, dataDirectory }: TargetPlace): TargetOptions {
  const paths = dataPaths(dataDirectory);
  const isNamed = strip(options.url ?? '') !== '' || strip(env[targetFlags.url.env] ?? '') !== '';
  if (isNamed || RunningRelay.look(paths.runtimeFile)) return options;
  const joined = readJoinedRelay(paths);
  if (!joined) return options;
  const { url, fingerprint } = joined;
  const own = options.token === undefined ? { tokenFile: paths.joinedTokenFile } : {};
  return { url, ...(fingerprint === undefined ? {} : { fingerprint }), ...own, ...options };
}

type Names = (typeof targetFlags)[keyof TargetOptions];

/** Blank values count as not given. */
function layerOf(
  written: (names: Names, key: keyof TargetOptions) => [name: string, value: string | undefined],
): Layer {
  const layer: Layer = {};
  for (const key of Object.keys(targetFlags) as (keyof TargetOptions)[]) {
    const [name, text] = written(targetFlags[key], key);
    const value = strip(text ?? '');
    if (value !== '') layer[key] = { value, name };
  }
  return layer;
}

/** The variables of a relay's own token: who sets them for the server has clients on the same machine use them, too. */
function serversLayer(env: NodeJS.ProcessEnv): Layer {
  const names: Partial<Record<keyof TargetOptions, string>> = {
    token: 'CLAUDE_BRIDGE_AUTH_TOKEN',
    tokenFile: 'CLAUDE_BRIDGE_AUTH_TOKEN_FILE',
  };
  return layerOf((_, key) => [names[key] ?? '', env[names[key] ?? '']]);
}

function strongest(key: keyof TargetOptions, layers: readonly Layer[]): Layer['url'] {
  return layers.map((layer) => layer[key]).find((given) => given !== undefined);
}

/** The token of the strongest source that names one, directly or by file; undefined if none does. */
function credentialOf(layers: readonly Layer[]): (() => string) | undefined {
  for (const { token, tokenFile } of layers) {
    if (token) {
      const { value, name } = token;
      const checked = checkSetting('authToken', value);
      if (!checked.ok) throw new ConfigurationError(`${name} ${checked.rule}`);
      return () => value;
    }
    if (tokenFile) {
      readTokenFile(tokenFile.value);
      // A token that is rotated counts from the next request on.
      return () => readTokenFile(tokenFile.value);
    }
  }
  return undefined;
}

function trustOf(layers: readonly Layer[]): Trust {
  const fingerprint = strongest('fingerprint', layers);
  if (fingerprint) {
    const read = readFingerprint(fingerprint.value);
    if (read === undefined) {
      throw new ConfigurationError(`${fingerprint.name} must be 32 bytes in hexadecimal, such as AB:CD:…`);
    }
    return { kind: 'fingerprint', fingerprint: read };
  }
  const caFile = strongest('caFile', layers);
  return caFile ? { kind: 'authority', pem: readAuthority(caFile.value) } : { kind: 'system' };
}

function readAuthority(path: string): string {
  let pem: string;
  try {
    pem = readFileSync(path, 'utf8');
  } catch (error) {
    throw unusable('read', path, error);
  }
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) {
    throw new ConfigurationError(`${path} must hold a certificate in PEM`);
  }
  return pem;
}
