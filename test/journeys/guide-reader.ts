import { readFileSync } from 'node:fs';
import type { Agent, ToolOutcome } from '../mcp/sdk-client.ts';

/** The guide for agents, read as one that obeys it to the letter would. */

export interface Example {
  tool: string;
  input: Record<string, unknown>;
}

/** An agent of the table in section 1. */
export interface Row {
  name: string;
  inbox: string;
}

export function readGuide(file: string): string {
  return readFileSync(new URL(`../../docs/agent-guide/${file}`, import.meta.url), 'utf8');
}

/** Every block of code in the guide: a tool, and perhaps a word that tells it from others of the tool, then its arguments. */
export function examplesIn(guide: string): Map<string, Example> {
  const blocks = Array.from(guide.matchAll(/^( *)```(.*)\n([^]*?)\n\1```$/gm));
  return new Map(
    blocks.map(([, , info = '', json = '']) => {
      const [, name, tool] = /^json ((bridge_[a-z]+)(?: [a-z-]+)?)$/.exec(info) ?? [];
      if (name === undefined || tool === undefined) throw new Error(`a block that names no tool: ${info}`);
      return [name, { tool, input: JSON.parse(json) as Example['input'] }];
    }),
  );
}

/** The agents of the table, by role. */
export function rowsIn(guide: string): Map<string, Row> {
  const rows = guide.matchAll(/^\| `([^`]+)` +\| (\w+) +\| \w+ +\| `([^`]+)` +\|/gm);
  return new Map(Array.from(rows, ([, name = '', role = '', inbox = '']) => [role, { name, inbox }]));
}

/** The names in backticks that are made of several words, as tools, fields and codes are. */
export function namesIn(guide: string): Set<string> {
  const prose = guide.replace(/^( *)```.*\n[^]*?\n\1```$/gm, '');
  return new Set(Array.from(prose.matchAll(/`([a-z0-9]+(?:_[a-z0-9]+)+)`/g), ([, name = '']) => name));
}

/** Makes the calls of the guide as one agent: with its own names, and with what stands in angle brackets filled in. */
export class Reader {
  readonly #agent: Agent;
  readonly #examples: ReadonlyMap<string, Example>;
  readonly #own: (input: Example['input']) => Example['input'];
  readonly #onUse: (example: string, outcome: ToolOutcome) => void;

  constructor({
    agent,
    examples,
    own = (input) => input,
    onUse,
  }: {
    agent: Agent;
    examples: ReadonlyMap<string, Example>;
    /** Puts this agent's names in the place of those in an example. */
    own?: (input: Example['input']) => Example['input'];
    onUse: (example: string, outcome: ToolOutcome) => void;
  }) {
    this.#agent = agent;
    this.#examples = examples;
    this.#own = own;
    this.#onUse = onUse;
  }

  /** The arguments that an example stands for. */
  input(example: string, values: Record<string, string> = {}): Example['input'] {
    const { input } = this.#find(example);
    const filled = JSON.stringify(this.#own(input)).replace(/<([^<>]+)>/g, (_, what: string) => {
      const value = values[what];
      if (value === undefined) throw new Error(`${example}: nothing was said about <${what}>`);
      return value;
    });
    return JSON.parse(filled) as Example['input'];
  }

  /** @param changes what the guide tells to do otherwise than in the example */
  async do(
    example: string,
    values: Record<string, string> = {},
    changes: Example['input'] = {},
  ): Promise<ToolOutcome> {
    const { tool } = this.#find(example);
    const outcome = await this.#agent.call(tool, { ...this.input(example, values), ...changes });
    this.#onUse(example, outcome);
    return outcome;
  }

  #find(name: string): Example {
    const example = this.#examples.get(name);
    if (!example) throw new Error(`the guide has no example ${name}`);
    return example;
  }
}
