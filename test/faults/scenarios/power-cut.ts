import { mkdtempSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Draft } from '../model.ts';
import { DiskShim, lacksShim } from '../parts/disk-shim.ts';
import { Load } from '../parts/load.ts';
import { CutDisk, readJournal } from '../parts/power-cut.ts';
import { RelayUnderTest } from '../parts/relay.ts';
import { isWithoutHoles, openAfterFall } from '../parts/stored-file.ts';
import type { Scenario } from '../scenario.ts';

export const powerCut = powerCutWith([]);

/** @param args how the relay is started */
export function powerCutWith(args: readonly string[]): Scenario {
  return {
    name: 'power-cut',
    title: 'Power cut',
    method:
      'A shim under the relay journals every write, truncation and sync of the database and its write-ahead log, in order. Each acknowledgement notes how long the journal was when it came. Afterwards the power is cut at random places of the journal: what was synced is there, of everything else any part, torn at sectors of 512 bytes. Each disk that this leaves is opened as a relay would. Whatever was acknowledged before the cut must be there, numbers must have no holes, and the file must be sound. The first cuts fall into the making of the new database.',
    lacks: lacksShim,
    async run({ random, model, folder, sized }) {
      const home = mkdtempSync(join(folder, 'power-'));
      const shim = new DiskShim(home, join(home, 'claude-bridge.db'), { keepJournal: true });
      /** By content: how long the journal was when the sender was told. */
      const toldAt = new Map<string, number>();
      const onAcknowledged = (draft: Draft) => toldAt.set(draft.content, shim.journalLength);
      {
        await using relay = await RelayUnderTest.start({ folder, home, env: shim.env, args });
        const load = await Load.begin({
          place: relay.place,
          model,
          random,
          senders: 16,
          subscribers: 1,
          consumers: 1,
          onAcknowledged,
        });
        await load.progress(sized({ short: 300, usual: 3_000, long: 8_000 }), 60_000);
        await load.settle();
      }
      shim.close();

      const length = statSync(shim.journalPath).size;
      const cuts = sized({ short: 25, usual: 250, long: 800 });
      const places = Array.from({ length: cuts }, (_, cut) =>
        cut % 10 === 0 ? random.between(0, Math.min(length, 300_000)) : random.between(0, length),
      ).sort((a, b) => a - b);
      const disk = new CutDisk(readJournal(shim.journalPath));
      let required = 0;
      for (const place of places) {
        disk.advance(place);
        const moment = `power cut at byte ${place} of the journal`;
        const stored = await openAfterFall(home, disk.cut(random), { model, moment });
        if (!stored) continue;
        const isDue = ({ content }: Draft) => (toldAt.get(content) ?? Infinity) <= place;
        model.holds(stored, isDue);
        if (!isWithoutHoles(stored)) model.violated(`${moment}: there are holes in the numbers`);
        required += [...toldAt.values()].filter((told) => told <= place).length;
      }
      return { cuts, 'bytes of writes': length, 'acknowledged messages looked for': required };
    },
  };
}
