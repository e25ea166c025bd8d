import type { MessageStore } from '../../src-main/store/message-store.ts';
import { appending } from './appending.ts';
import { backup } from './backup.ts';
import { changeLog } from './change-log.ts';
import { clearing } from './clearing.ts';
import { lifeCycle } from './life-cycle.ts';
import { modelled } from './model.ts';
import { pausing } from './pausing.ts';
import { reading } from './reading.ts';
import { removal } from './removal.ts';
import { restoring } from './restoring.ts';

/** One body of data that several stores can be opened on, one after the other or at the same time. */
export interface StoreData {
  /** Opens a store as a process of its own would. All of them are closed by `remove`. */
  open(): Promise<MessageStore>;
  /** Opens what `backup` has made. It is closed by `remove`, too. */
  openCopy(file: string): Promise<MessageStore>;
  remove(): Promise<void>;
}

/**
 * What every engine behind the port `MessageStore` promises.
 * @param create makes an empty body of data
 */
export function messageStoreContract(name: string, create: () => Promise<StoreData>): void {
  for (const part of [
    appending,
    reading,
    clearing,
    changeLog,
    removal,
    pausing,
    restoring,
    backup,
    lifeCycle,
    modelled,
  ]) {
    part(name, create);
  }
}
