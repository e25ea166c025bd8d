import { toError } from '../../src-shared/bridge-error.ts';
import { loadSettings, type LoadedSettings, type SettingsInput } from '../settings/load.ts';
import { thisPlace } from '../clients/place.ts';
import { certificateCheck } from './doctor/certificate-check.ts';
import { clientChecks } from './doctor/client-checks.ts';
import { Examination, type Check } from './doctor/examination.ts';
import { ok, problem } from './doctor/finding.ts';
import { diskCheck, fileChecks, portChecks } from './doctor/machine-checks.ts';
import { legacySseCheck, streamableHttpCheck } from './doctor/mcp-checks.ts';
import { addressCheck, credentialCheck, loopbackCheck, relayCheck } from './doctor/relay-checks.ts';
import { Report } from './doctor/report.ts';
import { roundTripCheck } from './doctor/round-trip-check.ts';
import { CommandFailure } from './failure.ts';
import { findTarget, type Target } from './target.ts';
import type { TargetOptions } from './target-options.ts';

/**
 * `claude-bridge doctor`: looks at everything between this machine and a relay, and says for each thing what it found,
 * what that means and what to do. With `--url` only at the relay there.
 * @returns the exit code of the first problem
 */
export async function doctorCommand(
  { json }: { json: boolean },
  options: TargetOptions,
  input: SettingsInput,
): Promise<number> {
  const report = new Report({ json });
  const settings = options.url === undefined ? await examineMachine(input, report) : undefined;
  const target = await findRelay(options, input, settings, report);
  if (target) {
    const examination = new Examination(target);
    await examineRelay(examination, report);
    if (settings) {
      for (const finding of await clientChecks(examination, thisPlace(input.env))) report.add(finding);
    }
  }
  return report.finish();
}

/** @returns the settings of this machine, if they can be used */
async function examineMachine(input: SettingsInput, report: Report): Promise<LoadedSettings | undefined> {
  let loaded: LoadedSettings;
  try {
    loaded = await loadSettings(input);
  } catch (error) {
    const next = 'correct it; claude-bridge config show lists all settings and where they come from';
    report.add(problem('settings', 'configuration', toError(error).message, next));
    return undefined;
  }
  report.add(ok('settings', `can be used (${loaded.paths.settingsFile})`));
  for (const finding of [...fileChecks(loaded), diskCheck(loaded)]) report.add(finding);
  return loaded;
}

async function findRelay(
  options: TargetOptions,
  input: SettingsInput,
  settings: LoadedSettings | undefined,
  report: Report,
): Promise<Target | undefined> {
  try {
    return findTarget(options, { env: input.env, dataDirectory: input.dataDirectory });
  } catch (error) {
    if (!(error instanceof CommandFailure) || error.outcome !== 'unreachable') throw error;
    // Why it may not run comes first.
    if (settings) for (const finding of await portChecks(settings)) report.add(finding);
    const next = 'start one with claude-bridge serve or the desktop application, or name one with --url';
    report.add(problem('relay', 'unreachable', error.message, next));
    return undefined;
  }
}

const relayChecks: readonly Check[] = [
  certificateCheck,
  credentialCheck,
  addressCheck,
  loopbackCheck,
  streamableHttpCheck,
  legacySseCheck,
  roundTripCheck,
];

/** Goes on as long as it makes sense: a relay that does not answer, or does not let us in, cannot be looked at further. */
async function examineRelay(examination: Examination, report: Report): Promise<void> {
  const isWell = async (check: Check): Promise<boolean> => {
    const findings = await check(examination);
    for (const finding of findings) report.add(finding);
    return !findings.some(({ result }) => result === 'problem');
  };
  if (!(await isWell(relayCheck))) {
    if (examination.url.protocol === 'https:') await isWell(certificateCheck);
    return;
  }
  for (const check of relayChecks) {
    const well = await isWell(check);
    if (!well && check === credentialCheck) return;
  }
}
