import type { RunningStatus, TlsStatus } from '../../src-shared/bridge-status.ts';
import type { LoadedCertificate } from '../security/certificate.ts';
import type { Service } from './service.ts';

export function statusOf(service: Service): RunningStatus {
  const { whereabouts, certificate, shared, startedAt, core, face } = service;
  const { url, port, addresses, warnings } = whereabouts;
  const { relay, store } = core;
  return {
    url,
    port,
    addresses,
    warnings,
    tls: certificate ? tlsStatus(certificate) : null,
    token: { required: shared.token !== undefined, file: shared.file ?? null },
    started_at: startedAt.toISOString(),
    database: store.path,
    paused_since: relay.pausing.last?.since ?? null,
    held_messages: relay.pausing.last?.held ?? 0,
    counts: {
      streams: relay.subscribers,
      waiters: relay.waiting,
      agents: relay.presence.size,
      browser_sessions: face.sessions.list().length,
    },
  };
}

function tlsStatus({ subject, altNames, validTo, fingerprint256, warnings }: LoadedCertificate): TlsStatus {
  return {
    subject,
    names: altNames,
    valid_to: validTo.toISOString(),
    fingerprint: fingerprint256,
    warnings,
  };
}
