import { runEvents } from './events.ts';
import type { Job, Jobs, Kind, Reply } from './jobs.ts';
import { runLegacyCalls } from './legacy-calls.ts';
import { Listeners } from './listening.ts';
import { runRequests } from './requests.ts';
import { runSibling } from './sibling.ts';
import { runStdioCalls } from './stdio-calls.ts';
import { runWaits } from './waits.ts';

/** The process of the load generator: does one job after another and sends back what it measured. */
const listeners = new Listeners();

process.on('message', (job: Job) => {
  run(job).then(
    (result) => answer({ result }),
    (error: unknown) => answer({ error: error instanceof Error ? error.message : String(error) }),
  );
});
process.on('disconnect', () => process.exit());

function answer(reply: Reply): void {
  process.send?.(reply);
}

function run(job: Job): Promise<Jobs[Kind]['result']> {
  switch (job.kind) {
    case 'requests':
      return runRequests(job);
    case 'events':
      return runEvents(job);
    case 'legacy calls':
      return runLegacyCalls(job);
    case 'stdio calls':
      return runStdioCalls(job);
    case 'waits':
      return runWaits(job);
    case 'sibling':
      return runSibling(job);
    case 'listen':
      return listeners.listen(job);
    case 'heard':
      return listeners.heard(job);
  }
}
