/**
 * Loaded into the relay under test: collects its garbage when its parent asks, and says what is left: bytes of heap and
 * open connections. Needs `--expose-gc`.
 */

process.on('message', () => {
  globalThis.gc?.();
  // What was only freed by finalizers goes with a second round.
  setImmediate(() => {
    globalThis.gc?.();
    const connections = process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
    process.send?.({ heap: process.memoryUsage().heapUsed, connections });
  });
});
// The relay decides by itself when it ends.
process.channel?.unref();
