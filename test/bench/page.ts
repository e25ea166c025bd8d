import { toMarkdown, type Report } from './report.ts';

/** docs/performance.md: how it is measured, and one run. */
export function performancePage(report: Report): string {
  return `<!-- Written by \`npm run bench -- --markdown docs/performance.md\`. Changes made here are lost. -->

# Performance

\`npm run bench\` builds the program and measures it. This page is one run of it; yours will differ in every absolute
figure and should agree in the ratios.

- **Everything is compared within one run.** Beside our figures stand those of a bare \`node:http\` server that echoes the
  same JSON and stores nothing, and of a loop that only inserts rows with better-sqlite3. Machines differ, and one machine
  differs from hour to hour by a factor of two; a ratio of neighbours does not.
- **Contenders take turns** in short slices, in an order that rotates. Ratios are taken round by round, then their
  median. In tables, the figures in parentheses are the quartiles: half of the rounds lie between them. "Best" is the
  least disturbed round.
- **A warm-up is discarded** before the first round and at the beginning of each slice.
- **The load comes from a process of its own** over plain sockets with prepared requests, one under way on each
  connection. It shares the cores with the server: on two cores, both are busy, and the server is not alone even on its own.
- **µs CPU** is the processor time of the server process for each answer, all threads. It is disturbed least by what
  else the machine does.
- Only ratios can fail a run (\`--gate\`); absolute figures are reported.

To repeat it: \`npm run bench\`, all scenarios, about a quarter of an hour. \`npm run bench -- --quick\` takes a look in passing.
\`--only send,mcp\` picks scenarios; \`--rounds\` and \`--seconds\` set how often and how long a slice is measured;
\`--json FILE\` writes every round for programs, \`--markdown FILE\` this page; \`--program FILE\` measures another build;
\`--scratch DIRECTORY\` says on which disk. Leave the machine alone while it runs.

\`--against http://host:8765\` puts the same load of sends, pages and streams on a server that runs already, ours or any with the same
interface, beside the bare echo here. It stores messages there, in channels that begin with \`bench:\`.

\`npm run bench -- --check\` is for continuous integration: three minutes of the most telling ratios, which fails when one is worse than half of
what \`test/bench/recorded.json\` has. Machines differ, so it finds what has broken, not what has become a little slower.

This run: ${toMarkdown(report)}
`;
}
