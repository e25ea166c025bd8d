import type { Agent, ToolOutcome } from '../mcp/sdk-client.ts';

/** What an agent that takes part in a journey can do. */
export interface Narrator {
  call: (tool: string, input?: Record<string, unknown>) => Promise<ToolOutcome>;
}

/** A record of who called what and what came back, as a person would read it. */
export class Transcript {
  readonly #entries: string[] = [];

  /** The same agent, with everything it does written down. */
  of(name: string, agent: Agent): Narrator {
    return {
      call: async (tool, input = {}) => {
        const outcome = await agent.call(tool, input);
        this.#entries.push([`${name} → ${tool} ${JSON.stringify(input)}`, outcome.text.trimEnd()].join('\n'));
        return outcome;
      },
    };
  }

  get text(): string {
    return this.#entries.join('\n\n');
  }
}

/** A transcript without what differs from run to run: times, and ids, of which only stays which are the same. */
export function withoutChance(transcript: string): string {
  const ids: string[] = [];
  return transcript
    .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => {
      if (!ids.includes(id)) ids.push(id);
      return `<id ${ids.indexOf(id) + 1}>`;
    })
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{6}Z)?/g, '<time>');
}
