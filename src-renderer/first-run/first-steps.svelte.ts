import type { FirstRun } from '../../src-shared/first-run.ts';
import type { DesktopCallInput } from '../../src-shared/ipc.ts';
import { answered, type Application } from '../state/application.svelte.ts';
import { sentenceOf } from '../state/notices.svelte.ts';

/** Leads through the first steps. Where they stand is known to the application; here is what a person is about to do. */
export class FirstSteps {
  /** Something is under way. */
  working = $state(false);
  /** Why the last thing could not be done. */
  problem = $state<string>();
  readonly application: Application;

  constructor(application: Application) {
    this.application = application;
  }

  /** Undefined when they are done. */
  get run(): FirstRun | undefined {
    return this.application.state?.firstRun ?? undefined;
  }

  /** Does one thing at a time. What goes wrong is told in `problem`. */
  async take(command: DesktopCallInput<'firstRun'>): Promise<void> {
    if (this.working) return;
    this.working = true;
    this.problem = undefined;
    try {
      await answered(this.application.bridge.firstRun(command));
    } catch (error) {
      this.problem = sentenceOf(error);
    } finally {
      this.working = false;
    }
  }
}
