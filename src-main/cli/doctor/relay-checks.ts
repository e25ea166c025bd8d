import type { RelayAddress } from '../../../src-shared/api/addresses.ts';
import type { StatusResponse } from '../../../src-shared/api/state.ts';
import { BridgeError } from '../../../src-shared/bridge-error.ts';
import { ApiClient } from '../../../src-shared/client/api-client.ts';
import { version as ownVersion } from '../version.ts';
import { lookMs, reason, type Check } from './examination.ts';
import { ok, problem, skipped, warning, type Finding } from './finding.ts';
import { loopbackAdvice } from './machine-checks.ts';

/** A difference that a slow answer alone cannot explain, in ms. */
const clockToleranceMs = 5_000;

/** Whether a relay answers, which one it is, and how its clock goes. */
export const relayCheck: Check = async ({ client, target }) => {
  const asked = Date.now();
  let status: StatusResponse;
  try {
    status = await client.status({ signal: AbortSignal.timeout(lookMs) });
  } catch (error) {
    return [unreachable(target.url, error)];
  }
  const { service, version, server_time } = status as Partial<StatusResponse>;
  if (service !== 'claude-bridge') {
    const says = `something other than a relay answers at ${target.url}`;
    return [problem('relay', 'unreachable', says, 'check the address and the port')];
  }
  const answered = `version ${version ?? 'unknown'} answers at ${target.url}`;
  const first =
    version === ownVersion
      ? ok('relay', answered)
      : warning('relay', `${answered}; this is ${ownVersion}`, 'bring both to the same version');
  return [first, clock(Date.parse(server_time ?? ''), (asked + Date.now()) / 2)];
};

function unreachable(url: string, error: unknown): Finding {
  if (error instanceof BridgeError && error.code === 'host_not_allowed') {
    const { hostname } = new URL(url);
    return problem('relay', 'denied', reason(error), `start the relay with --trusted-host ${hostname}`);
  }
  if (error instanceof BridgeError && error.code === 'tls_required') {
    return problem('relay', 'configuration', reason(error), `use ${url.replace('http:', 'https:')}`);
  }
  const next =
    'check that the relay runs there, that it listens on this address and not only on its own machine, and that no firewall stands in between';
  return problem('relay', 'unreachable', reason(error), next);
}

function clock(theirs: number, ours: number): Finding {
  if (Number.isNaN(theirs)) return skipped('clock', 'the relay does not tell its time');
  const difference = Math.round(theirs - ours);
  if (Math.abs(difference) <= clockToleranceMs) return ok('clock', 'the clocks agree');
  const words = `the clock of the relay is ${Math.round(Math.abs(difference) / 1000)} s ${difference > 0 ? 'ahead of' : 'behind'} this machine's`;
  return warning('clock', words, 'set the time of both machines; times of messages are those of the relay');
}

/** Whether our credential is accepted, and what it may do. */
export const credentialCheck: Check = async (examination) => {
  const { client, target } = examination;
  const has = target.token() !== undefined;
  try {
    examination.who = await client.whoami({ signal: AbortSignal.timeout(lookMs) });
  } catch (error) {
    return [refusedCredential(error, has)];
  }
  const { label, rights } = examination.who.principal;
  const may = `to the relay you are ${label}, with the rights ${rights.join(', ')}`;
  return [ok('token', has ? `accepted: ${may}` : `none is needed: ${may}`)];
};

function refusedCredential(error: unknown, has: boolean): Finding {
  if (error instanceof BridgeError && error.code === 'not_found') {
    return skipped('token', 'this relay is too old to say who you are');
  }
  const next = has
    ? 'ask for a new token or pair this machine again (claude-bridge pair there, claude-bridge join here)'
    : 'pair this machine (claude-bridge pair there, claude-bridge join here), or put the token into CLAUDE_BRIDGE_TOKEN';
  const says = has ? 'the relay does not accept this token' : 'the relay wants a token, and there is none';
  return problem('token', 'denied', `${says} (${reason(error)})`, next);
}

/** Where the relay can be reached, tried from here. */
export const addressCheck: Check = async ({ client, target }) => {
  let addresses: RelayAddress[];
  try {
    ({ addresses } = await client.addresses({ signal: AbortSignal.timeout(lookMs) }));
  } catch (error) {
    return [skipped('addresses', `the relay does not tell its addresses (${reason(error)})`)];
  }
  const open = addresses.filter(({ listening, kind }) => listening && kind !== 'loopback');
  if (open.length === 0) {
    return [
      warning(
        'addresses',
        'the relay listens on its own machine only',
        'to let other machines in, start it with --host 0.0.0.0 (it then makes a token for itself)',
      ),
    ];
  }
  return Promise.all(
    open.map(async (address): Promise<Finding> => {
      const subject = address.recommended ? 'best address' : 'address';
      if (!address.accepted) {
        const next = `start the relay with --trusted-host ${address.host}`;
        return warning(subject, `${address.url} (${address.label}) is refused as a host name`, next);
      }
      try {
        const there = new ApiClient({ ...target, url: address.url });
        await there.status({ signal: AbortSignal.timeout(lookMs) });
        return ok(subject, `${address.url} (${address.label}) answers`);
      } catch (error) {
        const next = 'other machines may see more than this one; try it from there, and look at the firewall';
        return warning(subject, `${address.url} (${address.label}): ${reason(error)}`, next);
      }
    }),
  );
};

/** Whether programs of this machine reach its relay at loopback, too, where it listens on one other address. */
export const loopbackCheck: Check = async (examination) => {
  const { client, target } = examination;
  // Of a relay elsewhere that is the business of its own machine.
  if (target.found !== 'running' || !examination.may('admin')) return [];
  const { warnings } = await client.relay({ signal: AbortSignal.timeout(lookMs) });
  return warnings.map((says) => warning('loopback', says, loopbackAdvice));
};
