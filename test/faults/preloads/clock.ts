import { readFileSync } from 'node:fs';

/**
 * Loaded into a relay before anything else (`node --import`): its wall clock can be set. SIGUSR2 reads by how many
 * milliseconds it is wrong from the file that CLOCK_OFFSET_FILE names. The monotonic clock and timers go on as ever, as
 * they do when somebody sets the clock of a machine.
 */
const { CLOCK_OFFSET_FILE: file } = process.env;
const SystemDate = Date;
let offset = 0;

class SetDate extends SystemDate {
  constructor(...given: [] | [value: number | string | Date]) {
    if (given.length === 0) super(SystemDate.now() + offset);
    else super(...given);
  }

  static override now(): number {
    return SystemDate.now() + offset;
  }
}

globalThis.Date = SetDate as DateConstructor;
process.on('SIGUSR2', () => {
  if (file !== undefined) offset = Number(readFileSync(file, 'utf8'));
});
