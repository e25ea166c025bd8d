import { accessInWords } from '../../src-shared/access.ts';
import { labelKey, type TokenBody } from '../../src-shared/api/tokens.ts';
import type { ApiClient } from '../../src-shared/client/api-client.ts';
import { durationInWords } from '../../src-shared/duration.ts';
import { readAccess, type AccessFlags } from './access-flags.ts';
import { exitCode } from './exit-codes.ts';
import { CommandFailure } from './failure.ts';
import { counted } from './numbers.ts';
import { print, printNote } from './output.ts';
import { handOut, secretPlace, type SecretFlags } from './secret-output.ts';
import type { Talk } from './talk.ts';
import { printList } from './terminal/list.ts';
import { Screen, type ScreenOptions } from './terminal/screen.ts';

/** `claude-bridge token list`: which machines have a token of their own. */
export async function tokenList(options: ScreenOptions, { client, signal }: Talk): Promise<number> {
  const screen = new Screen(options);
  const { tokens } = await client.tokens({ signal });
  const row = (token: TokenBody) => rowOf(token, screen);
  printList(tokens, { columns, row, total: counted(tokens.length, 'token') }, screen);
  return exitCode('fine');
}

/** `claude-bridge token create`. */
export async function tokenCreate(
  { label, expires, ...flags }: AccessFlags & SecretFlags & { label: string },
  { client }: Talk,
): Promise<number> {
  const access = readAccess(flags);
  const place = secretPlace(flags);
  let made: TokenBody | undefined;
  try {
    // Not to be broken off: the relay might have made it.
    await handOut(place, async () => {
      const answer = await client.createToken({ label, ...access, expires_in_seconds: expires });
      made = answer;
      return answer;
    });
  } catch (error) {
    // It could not be kept, so nobody has it.
    if (made) await client.revokeToken(made.id);
    throw error;
  }
  if (made) printNote(`${made.label} (${made.id}) may: ${accessInWords(made)}${lifeOf(expires)}`);
  return exitCode('fine');
}

/** `claude-bridge token rotate`: another secret, with a grace for the old one. */
export async function tokenRotate(
  { name, grace, ...flags }: SecretFlags & { name: string; grace?: number },
  { client, signal }: Talk,
): Promise<number> {
  const place = secretPlace(flags);
  const { id, label } = await find(client, name, signal);
  await handOut(place, () => client.rotateToken(id, { grace_seconds: grace }));
  const { old_secret_until: until } = await find(client, id, signal);
  const old = `The old token of ${label}`;
  printNote(until === null ? `${old} has ended.` : `${old} counts until ${new Screen().time(until)}.`);
  return exitCode('fine');
}

/** `claude-bridge token revoke`. */
export async function tokenRevoke({ name }: { name: string }, { client, signal }: Talk): Promise<number> {
  const { id, label } = await find(client, name, signal);
  await client.revokeToken(id, { signal });
  print(`The token of ${label} (${id}) has ended, and everything that was open with it.`);
  return exitCode('fine');
}

/** By its id, else by its label. */
async function find(client: ApiClient, name: string, signal: AbortSignal): Promise<TokenBody> {
  const { tokens } = await client.tokens({ signal });
  const key = labelKey(name);
  const found = tokens.find(({ id }) => id === name) ?? tokens.find(({ label }) => labelKey(label) === key);
  if (found) return found;
  throw new CommandFailure('notFound', `there is no token ${name} (see claude-bridge token list)`);
}

function rowOf(token: TokenBody, screen: Screen): string[] {
  const { label, id, expires_at, expired, last_used_at, last_address } = token;
  const end = expires_at === null ? 'never' : screen.time(expires_at);
  return [
    screen.style('bold', screen.name(label)),
    id,
    screen.name(accessInWords(token)),
    expired ? screen.style('red', 'has expired') : end,
    last_used_at === null ? 'never' : screen.time(last_used_at),
    last_address ?? '',
  ];
}

const columns = [
  { title: 'label', flexible: true },
  { title: 'id' },
  { title: 'may', flexible: true },
  { title: 'expires' },
  { title: 'last used' },
  { title: 'from', flexible: true },
] as const;

function lifeOf(expires: number | undefined): string {
  return expires === undefined ? '' : `, for ${durationInWords(expires)}`;
}
