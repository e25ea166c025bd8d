/**
 * A process that has every parser read long texts of the kinds that send a careless one into a search without end, and says
 * which it is at. Whoever started it ends it when that takes for ever.
 */
import { pumps } from './junk.ts';
import { parsers } from './parsers.ts';

/** A parser whose time grows with the square of the length would be at it for minutes. */
const units = 300_000;

for (const [name, parse] of Object.entries(parsers)) {
  process.stdout.write(`${name}\n`);
  for (const pump of pumps) {
    const long = pump.repeat(Math.ceil(units / pump.length));
    for (const text of [long, `${long}!`, `${long}\0`, `x${long}`, `"${long}`, `a${long}é`]) {
      try {
        parse(text);
      } catch {
        // Refused is as good as read here: what it may throw is looked at elsewhere.
      }
    }
  }
}
