import { reason, type Check } from './examination.ts';
import { ok, problem, skipped, type Finding } from './finding.ts';
import { roundTrip, trialChannel } from './round-trip.ts';

/** One message all the way: sent by a tool, seen on a stream, read and acknowledged by a tool. */
export const roundTripCheck: Check = async (examination) => {
  const channel = trialChannel(examination);
  if (channel === undefined) {
    return [skipped('round trip', 'it takes the rights to send and to read on a channel that nobody uses')];
  }
  const findings: Finding[] = [];
  try {
    for await (const { name, says } of roundTrip(examination, channel)) {
      if (name === 'seen') findings.push(ok('stream', says));
      if (name === 'acknowledged') findings.push(ok('round trip', says));
    }
  } catch (error) {
    const next = 'the log of the relay says more; a proxy in between may hold streams back';
    findings.push(problem('round trip', 'unreachable', reason(error), next));
  }
  return findings;
};
