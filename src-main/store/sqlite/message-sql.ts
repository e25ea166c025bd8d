// Parts of statements about messages `m` and their places `p`.

/** What makes a `MessageRow`. */
export const messageColumns =
  'm.seq, m.id, m.channel, m.sender, m.content, m.timestamp, m.relay_origin AS origin';

/** The floor of a channel: messages at or below it were cleared and only wait for their removal. */
export const floorOf = (channel: string) =>
  `coalesce((SELECT floor_seq FROM relay_channels AS c WHERE c.channel = ${channel}), 0)`;

export const aboveFloor = `m.seq > ${floorOf('m.channel')}`;

/** The floor of one channel. Looked up once, it bounds the search: rows below it are not even skipped one by one. */
export const floor = floorOf(':channel');

/** The places `p` of a channel's messages that meet a condition. */
export const placesOf = (channel: string, condition: string, order = '') =>
  `SELECT p.seq FROM relay_places AS p WHERE p.channel = ${channel} AND ${condition} ${order}`;

/**
 * The messages `m` of the channel `:channel` whose places meet a condition, in order. Only as many places as are wanted are looked
 * up, and only their messages.
 */
export const inPlaces = (condition: string, { order, limit }: { order: 'ASC' | 'DESC'; limit: string }) =>
  `(${placesOf(':channel', condition, `ORDER BY p.seq ${order} LIMIT ${limit}`)}) AS p
   CROSS JOIN messages AS m ON m.seq = p.seq`;
