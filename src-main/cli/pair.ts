import { setTimeout as sleep } from 'node:timers/promises';
import type { RelayAddress } from '../../src-shared/api/addresses.ts';
import { accessInWords } from '../../src-shared/access.ts';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { ApiClient } from '../../src-shared/client/api-client.ts';
import { durationInWords } from '../../src-shared/duration.ts';
import type { PairingBody, PairingResponse } from '../../src-shared/api/pairings.ts';
import { readAccess, type AccessFlags } from './access-flags.ts';
import { exitCode } from './exit-codes.ts';
import { CommandFailure } from './failure.ts';
import { print } from './output.ts';
import type { Talk } from './talk.ts';
import type { Target } from './target.ts';

/** How often the relay is asked whether somebody has come, in ms. */
const pollMs = 1_000;

/**
 * `claude-bridge pair`: makes a one-time code by which another machine gets a token of its own, and waits until it has.
 * Breaking it off takes the code back.
 */
export async function pair(
  { name, expires, ...flags }: AccessFlags & { name?: string },
  { target, client, signal }: Talk,
): Promise<number> {
  const request = { label: name, ...readAccess(flags), token_expires_in_seconds: expires };
  const pairing = await client.createPairing(request, { signal });
  try {
    const { addresses } = await client.addresses({ signal });
    print(instructions(pairing, addressesFor(target, addresses)).join('\n'));
    const { label, address } = await untilJoined(client, pairing, signal);
    print(`✓ ${label} has joined from ${address}.`);
    return exitCode('fine');
  } catch (error) {
    await takeBack(client, pairing);
    throw error;
  }
}

function instructions(pairing: PairingResponse, urls: readonly string[]): string[] {
  const { code, created_at, expires_at, tls_fingerprint } = pairing;
  const [url, ...others] = urls;
  const seconds = Math.round((Date.parse(expires_at) - Date.parse(created_at)) / 1000);
  const lines = [
    `Pairing code: ${code}`,
    `It works once, for ${durationInWords(seconds)}. Whoever brings it may: ${accessInWords(pairing)}`,
    '',
  ];
  if (url === undefined) {
    lines.push('This relay listens on this machine only. For others, start it with --host 0.0.0.0.');
  } else {
    lines.push('On the other machine:', `  claude-bridge join ${url} ${code}`);
    if (others.length > 0)
      lines.push('', 'The relay is also reached at:', ...others.map((other) => `  ${other}`));
  }
  if (tls_fingerprint !== null) {
    lines.push('', 'The other machine must show the same certificate (SHA-256):', `  ${tls_fingerprint}`);
  }
  return [...lines, '', 'Waiting for it. Ctrl-C takes the code back.'];
}

/** Where the other machine reaches the relay, the best first: as we do if that is not by loopback, else as it says. */
function addressesFor({ url, found }: Target, addresses: readonly RelayAddress[]): string[] {
  const usable = addresses.filter(({ listening, accepted }) => listening && accepted);
  const outside = usable.filter(({ kind }) => kind !== 'loopback');
  outside.sort((a, b) => Number(b.recommended) - Number(a.recommended));
  const urls = (outside.length > 0 ? outside : usable).map((address) => address.url);
  const isOurs = addresses.some((address) => address.kind === 'loopback' && address.url === url);
  return found === 'running' || isOurs ? urls : [url, ...urls.filter((other) => other !== url)];
}

/** @throws CommandFailure `timeout`, `notFound` when the code is over without anybody having come */
async function untilJoined(
  client: ApiClient,
  { id }: PairingResponse,
  signal: AbortSignal,
): Promise<NonNullable<PairingBody['redeemed']>> {
  for (;;) {
    await sleep(pollMs, undefined, { signal });
    const pairing = await look(client, id, signal);
    if (pairing === 'unknown') continue;
    if (!pairing)
      throw new CommandFailure('notFound', 'the code was taken back, or the relay was started anew');
    if (pairing.redeemed) return pairing.redeemed;
    if (pairing.state === 'expired') throw new CommandFailure('timeout', 'nobody came with the code in time');
  }
}

/** A relay that does not answer at the moment is asked again: the code may count all the same. */
async function look(
  client: ApiClient,
  id: string,
  signal: AbortSignal,
): Promise<PairingBody | undefined | 'unknown'> {
  try {
    const { pairings } = await client.pairings({ signal });
    return pairings.find((one) => one.id === id);
  } catch (error) {
    if (error instanceof BridgeError && error.code === 'unreachable') return 'unknown';
    throw error;
  }
}

/** A code that is over already needs no taking back. */
async function takeBack(client: ApiClient, { id }: PairingResponse): Promise<void> {
  try {
    await client.cancelPairing(id);
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
  }
}
