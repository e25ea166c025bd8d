import type { Scenario } from '../scenario.ts';
import { certificate } from './certificate.ts';
import { clock } from './clock.ts';
import { crowd } from './crowd.ts';
import { damage } from './damage.ts';
import { descriptors } from './descriptors.ts';
import { failingDisk } from './failing-disk.ts';
import { fullDisk } from './full-disk.ts';
import { halfOpen } from './half-open.ts';
import { kill } from './kill.ts';
import { network } from './network.ts';
import { powerCut } from './power-cut.ts';
import { readOnly } from './read-only.ts';
import { slowDisk } from './slow-disk.ts';
import { slowReaders } from './slow-readers.ts';
import { storm } from './storm.ts';
import { suspended } from './suspended.ts';
import { tornLog } from './torn-log.ts';

/** In the order in which they are run. */
export const scenarios: readonly Scenario[] = [
  kill,
  powerCut,
  tornLog,
  fullDisk,
  readOnly,
  failingDisk,
  slowDisk,
  damage,
  clock,
  suspended,
  descriptors,
  halfOpen,
  slowReaders,
  crowd,
  storm,
  network,
  certificate,
];
