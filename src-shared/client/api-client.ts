import type { AddressesResponse } from '../api/addresses.ts';
import type { AgentsResponse } from '../api/agents.ts';
import type { ExportQuery, ImportQuery, ImportResponse } from '../api/archive.ts';
import type { AuditResponse } from '../api/audit.ts';
import type { ClearResponse } from '../api/clear.ts';
import type { AckResponse, ConsumersResponse, ReceiptsResponse } from '../api/consumers.ts';
import type {
  MessageDetail,
  MessagesQuery,
  MessagesResponse,
  WaitQuery,
  WaitResponse,
} from '../api/messages.ts';
import type {
  PairingRequest,
  PairingResponse,
  PairingsResponse,
  RedemptionRequest,
  RedemptionResponse,
} from '../api/pairings.ts';
import type { PauseResponse } from '../api/pausing.ts';
import type { RefusalsResponse } from '../api/refusals.ts';
import type { SearchQuery, SearchResponse, ThreadQuery, ThreadResponse } from '../api/search.ts';
import type { SendBody, SendResponse } from '../api/sending.ts';
import type { SessionResponse, SessionsResponse } from '../api/sessions.ts';
import type { SettingsChange, SettingsPatch, SettingsResponse } from '../api/settings.ts';
import type { StateResponse, StatusResponse } from '../api/state.ts';
import type { StorageResponse } from '../api/storage.ts';
import type {
  RotationRequest,
  SharedTokenResponse,
  TokenRequest,
  TokenResponse,
  TokensResponse,
  WhoamiResponse,
} from '../api/tokens.ts';
import type { RunningStatus } from '../bridge-status.ts';
import { callHttp, callJson, type Call, type HttpTarget, type Query } from './http-call.ts';

/** What a request may bring beside its subject. */
export interface CallOptions {
  signal?: AbortSignal | undefined;
}

/** How much longer than the wait itself an answer to it may take, in ms. */
const waitMarginMs = 10_000;
const defaultWaitSeconds = 20;

/**
 * The JSON API of a relay (wire specification 3), as page, commands and terminal screen use it. Every method rejects
 * with what `callHttp` throws.
 */
export class ApiClient {
  readonly target: HttpTarget;

  constructor(target: HttpTarget) {
    this.target = target;
  }

  /** Public: works without a credential. */
  status(options?: CallOptions): Promise<StatusResponse> {
    return this.#get('/status', {}, options);
  }

  state(options?: CallOptions): Promise<StateResponse> {
    return this.#get('/api/state', {}, options);
  }

  send(body: SendBody, options?: CallOptions): Promise<SendResponse> {
    return this.#post('/api/send', body, options);
  }

  messages({ full, open, ...query }: MessagesQuery, options?: CallOptions): Promise<MessagesResponse> {
    return this.#get('/api/messages', { ...query, full: flag(full), open: flag(open) }, options);
  }

  search({ full, ...query }: SearchQuery, options?: CallOptions): Promise<SearchResponse> {
    return this.#get('/api/search', { ...query, full: flag(full) }, options);
  }

  thread({ full, ...query }: ThreadQuery, options?: CallOptions): Promise<ThreadResponse> {
    return this.#get('/api/threads', { ...query, full: flag(full) }, options);
  }

  message(id: string, options?: CallOptions): Promise<MessageDetail> {
    return this.#get(`/api/messages/${encodeURIComponent(id)}`, {}, options);
  }

  receipts(id: string, options?: CallOptions): Promise<ReceiptsResponse> {
    return this.#get(`/api/messages/${encodeURIComponent(id)}/receipts`, {}, options);
  }

  /** Waits at the relay until there is a message; a time-out is a normal answer. */
  wait(query: WaitQuery, options?: CallOptions): Promise<WaitResponse> {
    const patienceMs = (query.timeout_seconds ?? defaultWaitSeconds) * 1_000 + waitMarginMs;
    return this.#get('/api/wait', { ...query }, { ...options, patienceMs });
  }

  ack(
    body: { channel: string; consumer_id: string; message_id: string; metadata?: Record<string, unknown> },
    options?: CallOptions,
  ): Promise<AckResponse> {
    return this.#post('/api/ack', body, options);
  }

  clear(channel: string, options?: CallOptions): Promise<ClearResponse> {
    return this.#post('/api/clear', { channel }, options);
  }

  agents(options?: CallOptions): Promise<AgentsResponse> {
    return this.#get('/api/agents', {}, options);
  }

  consumers(
    filter: { channel?: string; consumer_id?: string } = {},
    options?: CallOptions,
  ): Promise<ConsumersResponse> {
    return this.#get('/api/consumers', filter, options);
  }

  async resetConsumer(
    body: { channel: string; consumer_id: string; message_id?: string | null },
    options?: CallOptions,
  ): Promise<void> {
    await this.#post('/api/consumers/reset', body, options);
  }

  async deleteConsumer(
    target: { channel: string; consumer_id: string },
    options?: CallOptions,
  ): Promise<void> {
    await this.#delete('/api/consumers', target, options);
  }

  addresses(options?: CallOptions): Promise<AddressesResponse> {
    return this.#get('/api/addresses', {}, options);
  }

  /** Who has come to the relay lately and not in. */
  refusals(options?: CallOptions): Promise<RefusalsResponse> {
    return this.#get('/api/refusals', {}, options);
  }

  /** Who this client is to the relay, and what it may do. */
  whoami(options?: CallOptions): Promise<WhoamiResponse> {
    return this.#get('/api/whoami', {}, options);
  }

  tokens(options?: CallOptions): Promise<TokensResponse> {
    return this.#get('/api/tokens', {}, options);
  }

  /** The answer is the only one that ever holds the token itself. */
  createToken(body: TokenRequest, options?: CallOptions): Promise<TokenResponse> {
    return this.#post('/api/tokens', body, options);
  }

  rotateToken(id: string, body: RotationRequest = {}, options?: CallOptions): Promise<TokenResponse> {
    return this.#post(`/api/tokens/${encodeURIComponent(id)}/rotate`, body, options);
  }

  async revokeToken(id: string, options?: CallOptions): Promise<void> {
    await this.#delete(`/api/tokens/${encodeURIComponent(id)}`, {}, options);
  }

  pairings(options?: CallOptions): Promise<PairingsResponse> {
    return this.#get('/api/pairings', {}, options);
  }

  /** The answer is the only one that ever holds the code. */
  createPairing(body: PairingRequest, options?: CallOptions): Promise<PairingResponse> {
    return this.#post('/api/pairings', body, options);
  }

  async cancelPairing(id: string, options?: CallOptions): Promise<void> {
    await this.#delete(`/api/pairings/${encodeURIComponent(id)}`, {}, options);
  }

  /** Exchanges a pairing code for a token of this machine. Public: who has a code has no credential yet. */
  redeemPairing(body: RedemptionRequest, options?: CallOptions): Promise<RedemptionResponse> {
    return this.#post('/api/pairings/redeem', body, options);
  }

  audit(
    query: { limit?: number; before_id?: number; event?: string } = {},
    options?: CallOptions,
  ): Promise<AuditResponse> {
    return this.#get('/api/audit', query, options);
  }

  /** A complete copy of the database; its body is to be read. The relay makes it before it begins to answer. */
  backup(options: CallOptions & { patienceMs: number }): Promise<Response> {
    return callHttp(this.target, { method: 'GET', path: '/api/backup', ...options });
  }

  /** Messages and where consumers stand, as JSON Lines (3.16); its body is to be read. */
  export(query: ExportQuery, options?: CallOptions): Promise<Response> {
    return callHttp(this.target, { method: 'GET', path: '/api/export', query: { ...query }, ...options });
  }

  /** Takes over an export. What a relay has done before it refuses a line is in the details of the error. */
  import(
    lines: ReadableStream<Uint8Array>,
    { on_error, dry_run }: ImportQuery,
    options: CallOptions & { patienceMs: number },
  ): Promise<ImportResponse> {
    return this.call({
      method: 'POST',
      path: '/api/import',
      query: { on_error, dry_run: dry_run === true ? '1' : undefined },
      headers: { 'Content-Type': 'application/x-ndjson' },
      stream: lines,
      ...options,
    });
  }

  settings(options?: CallOptions): Promise<SettingsResponse> {
    return this.#get('/api/settings', {}, options);
  }

  /** Changes settings, null for "back to the default"; refused as a whole if anything is wrong. */
  changeSettings(patch: SettingsPatch, options?: CallOptions): Promise<SettingsChange> {
    return this.call({ method: 'PATCH', path: '/api/settings', body: patch, ...options });
  }

  /** The relay as whoever operates it sees it. */
  relay(options?: CallOptions): Promise<RunningStatus> {
    return this.#get('/api/relay', {}, options);
  }

  /** What the database takes up, and what the next sweep removes, also with other days than are set. */
  storage(query: { retention_days?: number } = {}, options?: CallOptions): Promise<StorageResponse> {
    return this.#get('/api/storage', query, options);
  }

  pause(options?: CallOptions): Promise<PauseResponse> {
    return this.#post('/api/relay/pause', {}, options);
  }

  resume(options?: CallOptions): Promise<PauseResponse> {
    return this.#post('/api/relay/resume', {}, options);
  }

  /** Another shared token; the one before still counts for `grace_seconds`. */
  rotateSharedToken(body: RotationRequest = {}, options?: CallOptions): Promise<SharedTokenResponse> {
    return this.#post('/api/token/rotate', body, options);
  }

  /** The browsers that are signed in. */
  sessions(options?: CallOptions): Promise<SessionsResponse> {
    return this.#get('/api/sessions', {}, options);
  }

  async revokeSession(id: string, options?: CallOptions): Promise<void> {
    await this.#delete(`/api/sessions/${encodeURIComponent(id)}`, {}, options);
  }

  /** Signs out every browser. */
  async revokeSessions(options?: CallOptions): Promise<void> {
    await this.#delete('/api/sessions', {}, options);
  }

  /** Whether this client is let in; rejects with `unauthorized` if not. */
  session(options?: CallOptions): Promise<SessionResponse> {
    return this.#get('/api/session', {}, options);
  }

  /** Exchanges a credential for a session cookie, which only a browser keeps (wire specification 7.3). */
  signIn(token: string, options?: CallOptions): Promise<SessionResponse> {
    const headers = { Authorization: `Bearer ${token}` };
    return this.call({ method: 'POST', path: '/api/session', headers, ...options });
  }

  signOut(options?: CallOptions): Promise<SessionResponse> {
    return this.#delete('/api/session', {}, options);
  }

  /** Any other request with a JSON answer. */
  call<Answer>(call: Call): Promise<Answer> {
    return callJson<Answer>(this.target, call);
  }

  #get<Answer>(path: string, query: Query, options?: CallOptions & { patienceMs?: number }): Promise<Answer> {
    return this.call({ method: 'GET', path, query, ...options });
  }

  #post<Answer>(path: string, body: unknown, options?: CallOptions): Promise<Answer> {
    return this.call({ method: 'POST', path, body, ...options });
  }

  #delete<Answer>(path: string, query: Query, options?: CallOptions): Promise<Answer> {
    return this.call({ method: 'DELETE', path, query, ...options });
  }
}

function flag(value: boolean | undefined): string | undefined {
  return value === true ? '1' : undefined;
}
