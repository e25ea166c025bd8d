import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';

const headerBytes = 32;
const frameHeaderBytes = 24;

/**
 * The transactions in a database's write-ahead log (sqlite.org/fileformat2.html#walformat), as long as that has not
 * begun anew: the last frame of each holds the size of the database after it, all others hold zero there.
 */
export function transactionsInLog(path: string): number {
  const log = readFileSync(`${path}-wal`);
  const frameBytes = frameHeaderBytes + log.readUInt32BE(8);
  const salt = log.readBigUInt64BE(16);
  let transactions = 0;
  for (let frame = headerBytes; frame + frameBytes <= log.length; frame += frameBytes) {
    // Frames with another salt are left over from before the log began anew.
    if (log.readBigUInt64BE(frame + 8) !== salt) break;
    if (log.readUInt32BE(frame + 4) !== 0) transactions++;
  }
  return transactions;
}

/** Changes whenever the log begins anew. */
export function logSalt(path: string): bigint {
  return readHeader(path).readBigUInt64BE(16);
}

function readHeader(path: string): Buffer {
  const header = Buffer.alloc(headerBytes);
  const log = openSync(`${path}-wal`, 'r');
  readSync(log, header);
  closeSync(log);
  return header;
}

export function logBytes(path: string): number {
  return statSync(`${path}-wal`).size;
}
