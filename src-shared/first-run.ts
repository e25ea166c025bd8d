/** One place to listen on that a person may choose, in words. */
export interface ListenChoice {
  /** The value of the setting `host`. */
  host: string;
  title: string;
  /** Who can reach the relay then. */
  reach: string;
  recommended: boolean;
}

/** An agent program of this computer, as far as connecting it has come. */
export interface FoundClient {
  id: string;
  name: string;
  version: string | null;
  progress:
    | { kind: 'found' }
    | { kind: 'connecting' }
    /** A call went there and back with the address and the token that the program was given. */
    | { kind: 'connected'; roundTripMs: number }
    | { kind: 'failed'; sentence: string };
}

/**
 * The three steps after the first start: where to listen, the token, this computer's agents. The state lives in the
 * main process, so that a window that is closed or has crashed comes back to the same step.
 */
export type FirstRun =
  | {
      step: 'listen';
      choices: ListenChoice[];
      port: number;
      /** A port that is free, when `port` is not. */
      freePort: number | null;
      /** Why the relay could not listen there, in words. */
      problem: string | null;
    }
  | { step: 'token'; required: boolean }
  | { step: 'agents'; clients: FoundClient[] };

type Step<S extends FirstRun['step']> = Extract<FirstRun, { step: S }>;

/** What happened in the course of the three steps. */
export type FirstRunEvent =
  | { kind: 'portLooked'; port: number; freePort: number | null }
  | { kind: 'listening'; tokenRequired: boolean }
  | { kind: 'notListening'; port: number; freePort: number | null; sentence: string }
  | { kind: 'tokenSeen'; clients: FoundClient[] }
  | { kind: 'client'; id: string; progress: FoundClient['progress'] }
  | { kind: 'back'; listen: Step<'listen'>; tokenRequired: boolean };

/** The step after `event`; what does not belong to a step leaves it as it is. */
export function afterFirstRunEvent(run: FirstRun, event: FirstRunEvent): FirstRun {
  switch (run.step) {
    case 'listen':
      return afterListen(run, event);
    case 'token':
      if (event.kind === 'tokenSeen') return { step: 'agents', clients: event.clients };
      return event.kind === 'back' ? event.listen : run;
    case 'agents':
      if (event.kind === 'back') return { step: 'token', required: event.tokenRequired };
      if (event.kind !== 'client') return run;
      return {
        ...run,
        clients: run.clients.map((client) =>
          client.id === event.id ? { ...client, progress: event.progress } : client,
        ),
      };
  }
}

function afterListen(run: Step<'listen'>, event: FirstRunEvent): FirstRun {
  switch (event.kind) {
    case 'portLooked':
      return { ...run, port: event.port, freePort: event.freePort, problem: null };
    case 'notListening':
      return { ...run, port: event.port, freePort: event.freePort, problem: event.sentence };
    case 'listening':
      return { step: 'token', required: event.tokenRequired };
    default:
      return run;
  }
}
