import { ApiClient } from '../../src-shared/client/api-client.ts';
import { nodeFetch } from '../remote/node-fetch.ts';
import type { Target } from './target.ts';

/** A client for requests during which the relay may say nothing for long. */
export function patientClient({ url, token, trust }: Target, silenceMs: number): ApiClient {
  return new ApiClient({ url, token, fetch: nodeFetch(trust, { silenceMs }) });
}
