import type { Right } from '../../src-shared/access.ts';
import { exportFormat, exportVersion } from '../../src-shared/export-line.ts';
import { bothForms, initialize } from '../mcp/raw-http.ts';

/** What the requests of the book are about. */
export interface Known {
  channel: string;
  /** A message on that channel. */
  messageId: string;
}

/** A request to a route, without its credential. */
export interface SampleRequest {
  method?: string;
  path: string;
  headers?: Readonly<Record<string, string>>;
  /** Text goes out as it is, anything else as JSON. */
  body?: unknown;
}

export interface RouteEntry {
  /** `anyone`: no credential at all. `whoever may come in`: any credential, whatever its rights. */
  needs: Right | 'anyone' | 'whoever may come in';
  /**
   * What a right that is limited to other channels finds here. `refused`: the refusal names the channel. `not found`: as if
   * there were none. `filtered`: what it may see, be it nothing. `refused as a whole`: some channels are not enough.
   */
  elsewhere?: 'refused' | 'not found' | 'filtered' | 'refused as a whole';
  /** A session of a browser cannot do this, whatever its rights: it is told that it is not signed in. */
  notBySession?: true;
  /** `?token=` counts as a credential. */
  queryToken?: true;
  /** What the request is answered with when it may. Those that would change the relay for others ask for what is not there. */
  status: number;
  /** The answer goes on until somebody ends it. */
  endless?: true;
  request: (known: Known) => SampleRequest;
}

const query = (parameters: Record<string, string>) => new URLSearchParams(parameters).toString();
const line = (object: object) => `${JSON.stringify(object)}\n`;
const nobody = '00'.repeat(6);

/**
 * Every route, written down by hand from the wire specification and not from the code: who may, and a request that reaches
 * it. Tests compare the book with the route table, so a route that is not in it fails them.
 */
export const routeBook: Readonly<Record<string, RouteEntry>> = {
  'POST /api/send': {
    needs: 'send',
    elsewhere: 'refused',
    status: 200,
    request: ({ channel }) => ({ path: '/api/send', body: { channel, sender: 'atlas', content: 'hello' } }),
  },
  'GET /api/messages': {
    needs: 'read',
    elsewhere: 'refused',
    status: 200,
    request: ({ channel }) => ({ path: `/api/messages?${query({ channel, limit: '2', full: '1' })}` }),
  },
  'GET /api/messages/*': {
    needs: 'read',
    elsewhere: 'not found',
    status: 200,
    request: ({ messageId }) => ({ path: `/api/messages/${messageId}` }),
  },
  'GET /api/search': {
    needs: 'read',
    elsewhere: 'filtered',
    status: 200,
    request: () => ({ path: `/api/search?${query({ q: 'hello wor*', limit: '3' })}` }),
  },
  'GET /api/threads': {
    needs: 'read',
    elsewhere: 'not found',
    status: 200,
    request: ({ messageId }) => ({ path: `/api/threads?${query({ id: messageId })}` }),
  },
  'GET /api/wait': {
    needs: 'read',
    elsewhere: 'refused',
    status: 200,
    request: ({ channel, messageId }) => ({
      path: `/api/wait?${query({ channel, since_id: messageId, timeout_seconds: '0' })}`,
    }),
  },
  'ANY /mcp': {
    needs: 'whoever may come in',
    status: 200,
    request: () => ({ method: 'POST', path: '/mcp', headers: bothForms, body: initialize }),
  },
  'GET /sse': {
    needs: 'whoever may come in',
    status: 200,
    endless: true,
    request: () => ({ path: '/sse' }),
  },
  'POST /messages/': {
    needs: 'whoever may come in',
    status: 404,
    request: () => ({ path: `/messages/?session_id=${'0'.repeat(32)}`, body: initialize }),
  },
  'GET /events/channel/*': {
    needs: 'read',
    elsewhere: 'refused',
    queryToken: true,
    status: 200,
    endless: true,
    request: ({ channel }) => ({ path: `/events/channel/${encodeURIComponent(channel)}` }),
  },
  'GET /events': {
    needs: 'read',
    elsewhere: 'refused',
    status: 200,
    endless: true,
    request: ({ channel }) => ({ path: `/events?${query({ channel })}` }),
  },
  'GET /api/session': {
    needs: 'whoever may come in',
    status: 200,
    request: () => ({ path: '/api/session' }),
  },
  'POST /api/session': {
    needs: 'whoever may come in',
    notBySession: true,
    status: 200,
    request: () => ({ method: 'POST', path: '/api/session' }),
  },
  'DELETE /api/session': {
    needs: 'anyone',
    status: 200,
    request: () => ({ path: '/api/session' }),
  },
  'GET /api/sessions': {
    needs: 'admin',
    elsewhere: 'refused as a whole',
    status: 200,
    request: () => ({ path: '/api/sessions' }),
  },
  'DELETE /api/sessions': {
    needs: 'admin',
    elsewhere: 'refused as a whole',
    status: 200,
    request: () => ({ path: '/api/sessions' }),
  },
  'DELETE /api/sessions/*': {
    needs: 'admin',
    elsewhere: 'refused as a whole',
    status: 404,
    request: () => ({ path: `/api/sessions/${nobody}` }),
  },
  'POST /api/ack': {
    needs: 'read',
    elsewhere: 'refused',
    status: 200,
    request: ({ channel, messageId }) => ({
      path: '/api/ack',
      body: { channel, consumer_id: 'atlas', message_id: messageId, metadata: { step: 1 } },
    }),
  },
  'GET /api/consumers': {
    needs: 'read',
    elsewhere: 'filtered',
    status: 200,
    request: () => ({ path: '/api/consumers?consumer_id=atlas' }),
  },
  'DELETE /api/consumers': {
    needs: 'admin',
    elsewhere: 'refused',
    status: 404,
    request: ({ channel }) => ({ path: `/api/consumers?${query({ channel, consumer_id: 'nobody' })}` }),
  },
  'POST /api/consumers/reset': {
    needs: 'admin',
    elsewhere: 'refused',
    status: 404,
    request: ({ channel }) => ({
      path: '/api/consumers/reset',
      body: { channel, consumer_id: 'nobody', message_id: null },
    }),
  },
  'GET /api/agents': {
    needs: 'read',
    elsewhere: 'filtered',
    status: 200,
    request: () => ({ path: '/api/agents' }),
  },
  'GET /api/addresses': {
    needs: 'read',
    elsewhere: 'filtered',
    status: 200,
    request: () => ({ path: '/api/addresses' }),
  },
  'GET /api/refusals': {
    needs: 'admin',
    elsewhere: 'refused as a whole',
    status: 200,
    request: () => ({ path: '/api/refusals' }),
  },
  'GET /api/state': {
    needs: 'read',
    elsewhere: 'filtered',
    status: 200,
    request: () => ({ path: '/api/state' }),
  },
  'GET /status': { needs: 'anyone', status: 200, request: () => ({ path: '/status' }) },
  'GET /readyz': { needs: 'anyone', status: 200, request: () => ({ path: '/readyz' }) },
  'POST /api/clear': {
    needs: 'clear',
    elsewhere: 'refused',
    status: 200,
    // Its neighbour: the message of the book has to stay.
    request: ({ channel }) => ({ path: '/api/clear', body: { channel: `${channel}:cleared` } }),
  },
  'GET /api/settings': {
    needs: 'admin',
    elsewhere: 'refused as a whole',
    status: 200,
    request: () => ({ path: '/api/settings' }),
  },
  'PATCH /api/settings': {
    needs: 'admin',
    elsewhere: 'refused as a whole',
    status: 200,
    request: () => ({ path: '/api/settings', body: { sseReplayLimit: null } }),
  },
  'POST /api/reload': {
    needs: 'admin',
    elsewhere: 'refused as a whole',
    status: 200,
    request: () => ({ path: '/api/reload' }),
  },
  'GET /api/relay': {
    needs: 'admin',
    elsewhere: 'refused as a whole',
    status: 200,
    request: () => ({ path: '/api/relay' }),
  },
  'GET /api/storage': {
    needs: 'admin',
    elsewhere: 'refused as a whole',
    status: 200,
    request: () => ({ path: '/api/storage' }),
  },
  'POST /api/relay/pause': {
    needs: 'admin',
    elsewhere: 'refused as a whole',
    status: 200,
    request: () => ({ path: '/api/relay/pause' }),
  },
  'POST /api/relay/resume': {
    needs: 'admin',
    elsewhere: 'refused as a whole',
    status: 200,
    request: () => ({ path: '/api/relay/resume' }),
  },
  'POST /api/token/rotate': {
    needs: 'admin',
    elsewhere: 'refused as a whole',
    // The token of the tests comes from a variable, and without one there is nothing to rotate.
    status: 409,
    request: () => ({ path: '/api/token/rotate', body: { grace_seconds: 60 } }),
  },
  'GET /api/audit': {
    needs: 'read',
    elsewhere: 'filtered',
    status: 200,
    request: () => ({ path: '/api/audit?limit=5' }),
  },
  'GET /api/backup': {
    needs: 'admin',
    elsewhere: 'refused as a whole',
    status: 200,
    request: () => ({ path: '/api/backup' }),
  },
  'GET /api/tokens': {
    needs: 'admin',
    elsewhere: 'refused as a whole',
    status: 200,
    request: () => ({ path: '/api/tokens' }),
  },
  'POST /api/tokens': {
    needs: 'admin',
    elsewhere: 'refused as a whole',
    status: 400,
    request: () => ({ path: '/api/tokens', body: { label: 'nobody', rights: [] } }),
  },
  'POST /api/tokens/*': {
    needs: 'admin',
    elsewhere: 'refused as a whole',
    status: 404,
    request: () => ({ path: `/api/tokens/${nobody}/rotate`, body: { grace_seconds: 0 } }),
  },
  'DELETE /api/tokens/*': {
    needs: 'admin',
    elsewhere: 'refused as a whole',
    status: 404,
    request: () => ({ path: `/api/tokens/${nobody}` }),
  },
  'GET /api/pairings': {
    needs: 'admin',
    elsewhere: 'refused as a whole',
    status: 200,
    request: () => ({ path: '/api/pairings' }),
  },
  'POST /api/pairings': {
    needs: 'admin',
    elsewhere: 'refused as a whole',
    status: 400,
    request: () => ({ path: '/api/pairings', body: { rights: [] } }),
  },
  'POST /api/pairings/redeem': {
    needs: 'anyone',
    status: 400,
    request: () => ({ path: '/api/pairings/redeem', body: { code: 'none', label: 'atlas' } }),
  },
  'DELETE /api/pairings/*': {
    needs: 'admin',
    elsewhere: 'refused as a whole',
    status: 404,
    request: () => ({ path: `/api/pairings/${nobody}` }),
  },
  'GET /api/whoami': {
    needs: 'whoever may come in',
    status: 200,
    request: () => ({ path: '/api/whoami' }),
  },
  'GET /api/export': {
    needs: 'admin',
    elsewhere: 'refused as a whole',
    status: 200,
    request: ({ channel }) => ({ path: `/api/export?${query({ channel })}` }),
  },
  'POST /api/import': {
    needs: 'admin',
    elsewhere: 'refused as a whole',
    status: 200,
    request: () => ({
      path: '/api/import?dry_run=1',
      headers: { 'Content-Type': 'application/x-ndjson' },
      body:
        line({ kind: 'header', format: exportFormat, version: exportVersion }) +
        line({ kind: 'end', messages: 0, cursors: 0 }),
    }),
  },
  'GET /metrics': {
    needs: 'read',
    elsewhere: 'filtered',
    status: 200,
    request: () => ({ path: '/metrics' }),
  },
};
