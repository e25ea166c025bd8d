import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Distribution } from '../../src-main/metrics/distribution.ts';

test('counts each figure in the first stretch that holds it, and adds them up', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 20, noNaN: true })), (figures) => {
      const bounds = [0, 1, 2.5, 10];
      const distribution = new Distribution(bounds);
      for (const figure of figures) distribution.observe(figure);
      const upTo = (bound: number) => figures.filter((figure) => figure <= bound).length;
      const cumulated = distribution.counts.map((_, index) =>
        distribution.counts.slice(0, index + 1).reduce((sum, count) => sum + count, 0),
      );
      expect(cumulated).toEqual([...bounds.map(upTo), figures.length]);
      expect(distribution.sum).toBeCloseTo(figures.reduce((sum, figure) => sum + figure, 0));
    }),
  );
});
