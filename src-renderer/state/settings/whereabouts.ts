import type { SettingsChange, SettingsPatch } from '../../../src-shared/api/settings.ts';
import type { Settings } from '../../../src-shared/settings.ts';

/** What a person is asked before a change that reaches further than it looks. */
export interface Question {
  title: string;
  text: string;
  /** What the button says that goes on. */
  confirm: string;
}

/** Where a page stands: what `location` says. */
export interface Whereabouts {
  protocol: string;
  /** IPv6 in brackets. */
  hostname: string;
  port: string;
}

/** The settings that decide who reaches the relay and how, before and after a change. */
export type Reach = Pick<
  Settings,
  | 'host'
  | 'loopback'
  | 'port'
  | 'trustedHosts'
  | 'tlsCert'
  | 'tlsKey'
  | 'requireToken'
  | 'allowUnauthenticatedNetwork'
  | 'authTokenFile'
  | 'dashboard'
> & {
  /** A token is given by the settings themselves. */
  hasAuthToken: boolean;
};

export interface Step {
  before: Reach;
  after: Reach;
  /** The port that the relay has now, also where the system chose it. */
  port: number;
}

/** What `patch` makes of `before`; `defaults` for what it takes back. */
export function reachAfter(before: Reach, patch: SettingsPatch, defaults: Reach): Reach {
  const given = Object.fromEntries(
    Object.entries(patch).map(([key, value]) => [key, value ?? defaults[key as keyof Reach]]),
  );
  const hasAuthToken = patch.authToken === undefined ? before.hasAuthToken : patch.authToken !== null;
  return { ...before, ...given, hasAuthToken };
}

/** Whether clients have to bring a token, as the relay decides it (wire specification 7.2). */
export function needsToken(reach: Reach): boolean {
  if (reach.hasAuthToken || (reach.authTokenFile ?? null) !== null || reach.requireToken) return true;
  return !isLoopback(reach.host) && !reach.allowUnauthenticatedNetwork;
}

/** What to ask before this step, in the window or in a browser that stands at `here`; undefined if it is harmless. */
export function questionBefore({ before, after, port }: Step, here?: Whereabouts): Question | undefined {
  if (after.allowUnauthenticatedNetwork && !before.allowUnauthenticatedNetwork) return withoutToken;
  if (needsToken(after) && !needsToken(before)) return withToken;
  if (!here) return undefined;
  if (before.dashboard && !after.dashboard) return withoutPage;
  if (needsToken(before) && !needsToken(after)) return withoutRights;
  if (isLost(here, after)) return awayFrom(here, after);
  if (wouldRefuse(here, before, after)) return withoutName(here);
  const moves = after.port !== before.port || schemeOf(after) !== schemeOf(before);
  if (moves && here.port !== shownPort(schemeOf(before), port)) return throughOthers(here);
  if (schemeOf(after) === schemeOf(before)) return undefined;
  return schemeOf(after) === 'https:' ? toTls : fromTls;
}

/** Where this page goes on after a change: the same page at the new address; undefined if it stays where it is. */
export function placeAfter(
  { url }: Pick<SettingsChange, 'url'>,
  here: Whereabouts,
  { before, after, port }: Step,
): string | undefined {
  if (url === null || here.port !== shownPort(schemeOf(before), port)) return undefined;
  const next = new URL(url);
  if (!isLost(here, after)) next.hostname = here.hostname;
  // The loopback address of the relay leads elsewhere from another computer.
  else if (isLoopback(after.host)) return undefined;
  else next.hostname = inUrl(after.host);
  return next.protocol === here.protocol && next.hostname === here.hostname && next.port === here.port
    ? undefined
    : next.origin;
}

const withoutToken: Question = {
  title: 'Serve other machines without a token?',
  text: 'Whoever reaches this address can then read every message, send and clear. The relay does not ask who they are.',
  confirm: 'Serve without a token',
};

const withToken: Question = {
  title: 'Ask for a token from now on?',
  text: 'Agents that were connected without one are refused then, on this computer too, until they are connected again with one: “Connect a machine” shows how.',
  confirm: 'Ask for a token',
};

const withoutPage: Question = {
  title: 'Stop serving this page?',
  text: 'The dashboard is gone for every browser, this one too. To bring it back, remove “dashboard” from the settings file and run claude-bridge config reload.',
  confirm: 'Stop serving it',
};

const withoutRights: Question = {
  title: 'Stop asking for a token?',
  text: 'Without a token no browser is an administrator, this one neither. From then on settings are changed in the settings file or in the desktop application.',
  confirm: 'Stop asking',
};

const toTls: Question = {
  title: 'Switch to TLS?',
  text: 'This page moves to the encrypted address. If this browser does not know who signed the certificate, it warns first. Clients that were set up with http:// have to be set up anew.',
  confirm: 'Switch to TLS',
};

const fromTls: Question = {
  title: 'Switch TLS off?',
  text: 'Tokens and messages then travel unencrypted. This page moves to the http:// address, and asks to sign in again.',
  confirm: 'Switch TLS off',
};

function awayFrom({ hostname }: Whereabouts, reach: Reach): Question {
  const { host } = reach;
  return {
    title: `Stop listening on ${hostname}?`,
    text: `This browser reaches the relay there. Afterwards it is reached only on ${host}${onItsComputer(reach)}. Agents that use the old address lose it, too.`,
    confirm: `Listen on ${host}`,
  };
}

function onItsComputer(reach: Reach): string {
  if (isLoopback(reach.host)) return ', which is the computer of the relay itself';
  return reach.loopback ? ' and, by programs on its own computer, on 127.0.0.1' : '';
}

function withoutName({ hostname }: Whereabouts): Question {
  return {
    title: `Refuse requests for ${hostname}?`,
    text: 'This browser uses that name, and would be refused with everybody else who does.',
    confirm: 'Refuse them',
  };
}

function throughOthers({ hostname, port }: Whereabouts): Question {
  return {
    title: 'Move the relay away from what leads to it?',
    text: `This browser comes by ${hostname}${port === '' ? '' : `:${port}`}, from where something else, such as a proxy, passes requests on to the relay. That has to be changed as well before this page works again.`,
    confirm: 'Move it',
  };
}

/** Whether the relay is no longer reached at the address of this page. */
export function isLost(
  { hostname }: Pick<Whereabouts, 'hostname'>,
  reach: Pick<Reach, 'host' | 'loopback'>,
): boolean {
  const { host } = reach;
  if (host === '0.0.0.0' || host === '::') return false;
  if (isLoopback(hostname)) return !isLoopback(host) && !isReachedBeside(hostname, reach);
  if (isLoopback(host)) return true;
  // A name may stand for any address of the machine; only addresses can be told apart.
  return isAddress(hostname) && isAddress(host) && bare(hostname) !== bare(host);
}

/** Whether this loopback address is served beside a single address. */
function isReachedBeside(hostname: string, { loopback }: Pick<Reach, 'loopback'>): boolean {
  return loopback && ['localhost', '127.0.0.1', '::1'].includes(bare(hostname));
}

/** Whether the name of this page is let in by the list alone, and no longer. */
function wouldRefuse({ hostname }: Whereabouts, before: Reach, after: Reach): boolean {
  if (isLoopback(hostname) || isAddress(hostname)) return false;
  return isListed(hostname, before.trustedHosts) && !isListed(hostname, after.trustedHosts);
}

function isListed(name: string, list: readonly string[]): boolean {
  return list.some(
    (entry) => entry === '*' || entry === name || (entry.startsWith('*.') && name.endsWith(entry.slice(1))),
  );
}

function schemeOf({ tlsCert, tlsKey }: Reach): 'http:' | 'https:' {
  return (tlsCert ?? null) !== null && (tlsKey ?? null) !== null ? 'https:' : 'http:';
}

/** As `location.port` has it, which leaves out what goes without saying. */
function shownPort(scheme: 'http:' | 'https:', port: number): string {
  return port === (scheme === 'https:' ? 443 : 80) ? '' : String(port);
}

function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[?::1\]?)$/i.test(host);
}

function isAddress(host: string): boolean {
  return /^[\d.]+$/.test(host) || host.includes(':');
}

function inUrl(host: string): string {
  return host.includes(':') ? `[${bare(host)}]` : host;
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '').toLowerCase();
}
