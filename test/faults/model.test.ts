import { describe, expect, test } from 'vitest';
import { type Draft, Model, type Seen } from './model.ts';

/** A model that would see nothing would hold everything: each broken promise must be noticed. */

const draft = (number: number): Draft => ({
  key: `key ${number}`,
  channel: 'room',
  sender: 'alice',
  content: `message ${number}`,
});

const seen = (...seqs: number[]): Seen[] =>
  seqs.map((seq) => ({ seq, id: `id ${seq}`, content: `message ${seq}` }));

/** Three messages were sent and acknowledged. */
function afterThree(): Model {
  const model = new Model();
  for (const seq of [1, 2, 3]) {
    model.intends(draft(seq));
    model.acknowledges(draft(seq), { id: `id ${seq}`, seq });
  }
  return model;
}

describe('the model', () => {
  test('has nothing to say when all is as it was promised', () => {
    const model = afterThree();
    model.acknowledges(draft(2), { id: 'id 2', seq: 2 });
    model.intends(draft(4));
    model.refused('a send', 503, 'storage_full');
    model.stands('bob', 1);
    model.stands('bob', 3);
    // What was not acknowledged may be there, or not.
    model.holds(seen(1, 2, 3));
    model.holds(seen(1, 2, 3, 4));
    model.receives('carol', [1, 2, 3], seen(1, 2, 3));
    expect(model.violations).toEqual([]);
    expect(model.acknowledged).toBe(3);
    expect(model.refusals).toEqual(new Map([['storage_full', 1]]));
  });

  test.each<[string, (model: Model) => void, RegExp]>([
    [
      'a lost message',
      (model) => model.holds(seen(1, 3)),
      /“message 2” was acknowledged as seq 2 and is not there/,
    ],
    [
      'a doubled message',
      (model) => model.holds([...seen(1, 2, 3), { seq: 4, id: 'id 4', content: 'message 2' }]),
      /“message 2” is there twice, as seq 2 and 4/,
    ],
    [
      'an invented message',
      (model) => model.holds(seen(1, 2, 3, 9)),
      /seq 9 holds “message 9”, which nobody has sent/,
    ],
    ['a wrong order', (model) => model.holds(seen(1, 3, 2)), /seq 2 is listed after seq 3/],
    [
      'another answer to a repetition',
      (model) => model.acknowledges(draft(2), { id: 'id 7', seq: 7 }),
      /“message 2” was acknowledged as seq 2 and, repeated, as seq 7/,
    ],
    [
      'a message under another number',
      (model) => model.holds([...seen(1, 2), { seq: 8, id: 'id 3', content: 'message 3' }]),
      /“message 3” was acknowledged as seq 3 and is there as seq 8/,
    ],
    [
      'a position that goes back',
      (model) => {
        model.stands('bob', 3);
        model.stands('bob', 2);
      },
      /the position of bob went back from 3 to 2/,
    ],
    [
      'a gap at a reader',
      (model) => model.receives('carol', [1, 3], seen(1, 2, 3)),
      /carol should have received seq 2 and received seq 3/,
    ],
    ['a missing end', (model) => model.receives('carol', [1], seen(1, 2)), /received nothing more/],
    ['too much at a reader', (model) => model.receives('carol', [1, 2], seen(1)), /carol received 1 more/],
    ['an error without a code', (model) => model.refused('a send', 500, undefined), /without a known code/],
    ['a bug', (model) => model.refused('a send', 500, 'internal_error'), /internal_error/],
  ])('notices %s', (_what, happens, sentence) => {
    const model = afterThree();
    happens(model);
    expect(model.violations.join('\n')).toMatch(sentence);
  });

  test('asks only for what is due', () => {
    const model = afterThree();
    model.holds(seen(1), ({ content }) => content === 'message 1');
    expect(model.violations).toEqual([]);
  });
});
