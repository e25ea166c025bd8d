import type { Readable, Writable } from 'node:stream';
import type { ServerNotification } from '@modelcontextprotocol/sdk/types.js';
import type { HttpTarget } from '../../src-shared/client/http-call.ts';
import { serveStdio } from '../mcp/stdio.ts';
import { createToolServer } from '../mcp/tool-server.ts';
import { forward } from './forwarder.ts';
import { Link, type Outage } from './link.ts';
import { McpSession } from './mcp-session.ts';
import { nodeFetch } from './node-fetch.ts';
import { planCall } from './planned-call.ts';
import { Progress } from './progress.ts';
import type { Trust } from './trust.ts';

export interface RemoteStdioOptions {
  target: Omit<HttpTarget, 'fetch'> & { trust: Trust };
  /** Version of this program. */
  version: string;
  input: Readable;
  output: Writable;
  /** Takes sentences for people. */
  say: (sentence: string) => void;
}

/** The relay says something every 15 s while a call is under way (wire specification 5.2); after this silence it is gone. */
const silenceMs = 45_000;

/**
 * The relay begins each answer within a second (`StreamedAnswer`), also of a call that takes longer; after this silence
 * the network has swallowed the call. Short enough for another try within the patience of a call.
 */
const headMs = 5_000;

/** Calls that are sent at the same time, beside those that wait. */
const maxSockets = 16;

/** How long calls under way have when the client has closed its end, in ms. */
const lastCallsMs = 2_000;

/**
 * Serves the tools over standard input and output and passes their calls on to a relay elsewhere, which need not be
 * there: the tools stay, and each answer says how it stands. Resolves when the client has closed the input and every call
 * is answered.
 */
export async function serveRemoteStdio(options: RemoteStdioOptions): Promise<void> {
  const { target, version, input, output, say } = options;
  const access = {
    url: target.url,
    token: () => target.token?.(),
    quick: nodeFetch(target.trust, { silenceMs, headMs, maxSockets }),
    patient: nodeFetch(target.trust, { silenceMs, headMs }),
  };
  let link: Link | undefined;
  await serveStdio({
    serverFor: (_transport, stopping) => {
      const parts = { relay: access.url, stopping, stopped: after(stopping, lastCallsMs) };
      const server = createToolServer({ version, log }, async (params, extra, client) => {
        const call = planCall(params, client);
        const progress = new Progress({
          call,
          token: extra._meta?.progressToken,
          outage: () => open.outage,
          // It fails only when the client has gone, and the call with it.
          notify: (note) => void extra.sendNotification(note as ServerNotification).catch(() => undefined),
        });
        return forward({ link: open, ...parts }, call, {
          cancelled: extra.signal,
          onNotification: progress.take,
        }).finally(() => progress.end());
      });
      const open = new Link({
        // The relay is to show who really calls.
        open: (signal) =>
          McpSession.open(access, server.getClientVersion() ?? { name: 'claude-bridge', version }, signal),
        onChange: (outage) => say(toSentence(access.url, outage)),
      });
      server.oninitialized = () => open.start();
      link = open;
      return server;
    },
    ...{ input, output, signal: new AbortController().signal },
  });
  await link?.close();
}

/** Faults of the protocol are told to the client; there is nobody else to tell. */
const log = { debug: () => undefined };

function after(signal: AbortSignal, ms: number): AbortSignal {
  const later = new AbortController();
  signal.addEventListener('abort', () => setTimeout(() => later.abort(), ms).unref());
  return later.signal;
}

function toSentence(url: string, outage: Outage | undefined): string {
  return outage
    ? `the relay at ${url} cannot be reached: ${outage.reason}; it is tried again until it answers`
    : `the relay at ${url} answers`;
}
