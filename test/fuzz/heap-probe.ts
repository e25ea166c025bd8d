/** Loaded into the relay under test: collects its garbage when its parent asks, and says what is left. Needs `--expose-gc`. */

process.on('message', () => {
  globalThis.gc?.();
  // What was only freed by finalizers goes with a second round.
  setImmediate(() => {
    globalThis.gc?.();
    process.send?.(process.memoryUsage().heapUsed);
  });
});
// The relay decides by itself when it ends.
process.channel?.unref();
