/** Something that should not have happened, and how to see it again. */
export interface Failure {
  /** The seed of its batch: a run with this seed begins with that batch. */
  seed: number;
  what: string;
  faults: string[];
  /** What was sent. */
  shown: string;
}

/** Failures that are written down; more of them would say nothing new. */
const maxFailures = 30;

/** What a run has seen. */
export class Tally {
  /** Requests by what they went to: a route, or MCP over a transport. */
  readonly sent = new Map<string, number>();
  /** Answers by status, and errors by code. */
  readonly statuses = new Map<string, number>();
  readonly codes = new Map<string, number>();
  /** How exchanges ended. */
  readonly ends = new Map<string, number>();
  /** Connections that break TLS, by how they do it. */
  readonly brokenTls = new Map<string, number>();
  /** Tokens that were replaced or revoked, by what they were. */
  readonly renewals = new Map<string, number>();
  readonly failures: Failure[] = [];
  /** Kinds of failures that were seen, also beyond those that are written down. */
  readonly #kinds = new Set<string>();
  slowestMs = 0;
  slowest = '';
  requests = 0;
  /** Of these, those to a relay that encrypts. */
  secureRequests = 0;

  count(kind: string, secure: boolean): void {
    this.requests++;
    if (secure) this.secureRequests++;
    add(this.sent, kind);
  }

  brokeTls(how: string, times = 1): void {
    add(this.brokenTls, how, times);
  }

  renewed(what: string): void {
    add(this.renewals, what);
  }

  answered(status: number | string, code: string | undefined): void {
    add(this.statuses, String(status));
    if (code !== undefined) add(this.codes, code);
  }

  ended(how: string): void {
    add(this.ends, how);
  }

  took(ms: number, what: string): void {
    if (ms <= this.slowestMs) return;
    this.slowestMs = ms;
    this.slowest = what;
  }

  /** One of each kind is kept. */
  fail(failure: Failure): void {
    const kind = `${failure.what}: ${failure.faults.join('; ')}`;
    if (this.#kinds.has(kind)) return;
    this.#kinds.add(kind);
    if (this.failures.length < maxFailures) this.failures.push(failure);
  }
}

function add(counts: Map<string, number>, key: string, times = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + times);
}
