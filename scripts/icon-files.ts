/** A square picture: a PNG of `size` × `size` pixels. */
export interface Picture {
  size: number;
  png: Buffer;
}

/** A Windows icon that holds these pictures as PNG, which Windows has read since Vista. */
export function ico(pictures: readonly Picture[]): Buffer {
  const headerBytes = 6;
  const entryBytes = 16;
  const header = Buffer.alloc(headerBytes + entryBytes * pictures.length);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(pictures.length, 4);
  let offset = header.length;
  for (const [index, { size, png }] of pictures.entries()) {
    const entry = headerBytes + entryBytes * index;
    // 0 stands for 256.
    header.writeUInt8(size % 256, entry);
    header.writeUInt8(size % 256, entry + 1);
    header.writeUInt16LE(1, entry + 4);
    header.writeUInt16LE(32, entry + 6);
    header.writeUInt32LE(png.length, entry + 8);
    header.writeUInt32LE(offset, entry + 12);
    offset += png.length;
  }
  return Buffer.concat([header, ...pictures.map(({ png }) => png)]);
}

/** The names that macOS has for a picture of so many pixels: as it is, and as the sharp version of half the size. */
const icnsTypes: Readonly<Record<number, readonly string[]>> = {
  32: ['ic11'],
  64: ['ic12'],
  128: ['ic07'],
  256: ['ic08', 'ic13'],
  512: ['ic09', 'ic14'],
  1024: ['ic10'],
};

/** A macOS icon that holds these pictures as PNG. */
export function icns(pictures: readonly Picture[]): Buffer {
  const chunks = pictures.flatMap(({ size, png }) =>
    (icnsTypes[size] ?? []).map((type) => Buffer.concat([chunkHeader(type, png.length), png])),
  );
  const body = Buffer.concat(chunks);
  return Buffer.concat([chunkHeader('icns', body.length), body]);
}

function chunkHeader(type: string, bodyBytes: number): Buffer {
  const header = Buffer.alloc(8, type, 'latin1');
  header.writeUInt32BE(bodyBytes + header.length, 4);
  return header;
}
