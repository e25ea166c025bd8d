import { clients } from '../../../src-shared/connect/client.ts';
import type { ConfiguredClientId } from '../../../src-shared/connect/setup.ts';
import { carryOut, makePlan, type Plan } from '../../clients/plan.ts';
import type { Place } from '../../clients/place.ts';
import type { SettingsInput } from '../../settings/load.ts';
import { exitCode } from '../exit-codes.ts';
import { CommandFailure, reportFailure } from '../failure.ts';
import { print } from '../output.ts';
import { confirm } from '../confirm.ts';
import type { ConnectOptions } from './options.ts';
import { verdictBody, verify, type Verdict } from './verification.ts';
import { commandsOf, planInWords, proofInWords, tokenInWords } from './words.ts';
import { makeWish, type Wish } from './wish.ts';

/** Connects one client, or takes its entry away, and proves it. */
export async function connectOne(
  client: ConfiguredClientId,
  options: ConnectOptions,
  { input, place }: { input: SettingsInput; place: Place },
): Promise<number> {
  const wish = options.undo ? undefined : await makeWish(options.transport, options.target, input);
  const plan = makePlan(client, options.scope, wish?.connection, place);
  if (!options.json) print(options.undo && plan.kind === 'settled' ? nothingToUndo(plan) : planInWords(plan));
  const acts = !options.dryRun && plan.kind !== 'settled';
  if (acts && !(await isWanted(plan, options))) {
    print('Nothing was changed.');
    return exitCode('fine');
  }
  const { backup } = acts ? await carryOut(plan, place) : { backup: undefined };
  const verdict = options.dryRun || !wish ? undefined : await verify(wish);
  if (options.json) {
    printReport(plan, { dryRun: options.dryRun, backup, wish, verdict });
  } else {
    if (backup !== undefined) print(`The file as it was: ${backup}`);
    for (const line of wish ? [...tokenInWords(client, wish), ...wish.notes] : []) print(line);
    if (verdict && 'proof' in verdict) print(proofInWords(verdict.proof, verdict.where));
  }
  return verdict && 'failure' in verdict ? reportFailure(verdict.failure) : exitCode('fine');
}

function nothingToUndo({ client, path }: Plan): string {
  return `${clients[client].name}: no entry of ours in ${path}`;
}

/** @throws CommandFailure when it cannot be done, or nobody is there to ask */
async function isWanted(plan: Plan, { yes, undo }: ConnectOptions): Promise<boolean> {
  if (plan.kind === 'run' && plan.program === undefined) {
    const { name } = clients[plan.client];
    throw new CommandFailure(
      'notFound',
      `${name} was not found on the PATH, so nothing was changed; run its command where it is`,
    );
  }
  return yes || (await confirm(undo ? 'Take it away?' : 'Do this?'));
}

interface Report {
  dryRun: boolean;
  backup: string | undefined;
  wish: Wish | undefined;
  verdict: Verdict | undefined;
}

function printReport(plan: Plan, { dryRun, backup, wish, verdict }: Report): void {
  const report = {
    client: plan.client,
    scope: plan.scope,
    file: plan.path,
    action: plan.kind,
    diff: plan.kind === 'settled' ? '' : plan.diff,
    commands: commandsOf(plan),
    done: !dryRun && plan.kind !== 'settled',
    backup: backup ?? null,
    needs_variable: wish?.connection.token === 'reference',
    notes: wish?.notes ?? [],
    check: verdict ? verdictBody(verdict) : null,
  };
  print(JSON.stringify(report, undefined, 2));
}
