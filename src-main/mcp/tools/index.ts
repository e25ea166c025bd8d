import type { Tool as ListedTool } from '@modelcontextprotocol/sdk/types.js';
import type * as z from 'zod';
import { bridgeAck } from './ack.ts';
import { bridgeChannels } from './channels.ts';
import { bridgeClear } from './clear.ts';
import { bridgePing } from './ping.ts';
import { bridgeReceive } from './receive.ts';
import { bridgeSend } from './send.ts';
import { bridgeStatus } from './status.ts';
import type { Tool } from './tool.ts';
import { simplified } from './json-schema.ts';
import { bridgeWait } from './wait.ts';

/** Every tool, in the order in which clients see them. */
export const tools: readonly Tool[] = [
  bridgeSend,
  bridgeReceive,
  bridgeWait,
  bridgeAck,
  bridgeChannels,
  bridgePing,
  bridgeClear,
  bridgeStatus,
];

/** The answer to `tools/list`. Computed once: deriving JSON Schema at each request takes milliseconds. */
export const toolList: readonly ListedTool[] = tools.map(
  ({ name, title, description, annotations, input }) => ({
    name,
    title,
    description,
    inputSchema: inputSchemaOf(input),
    // Lenient on purpose: clients refuse an answer that breaks the schema, and answers may gain keys.
    outputSchema: { type: 'object', additionalProperties: true },
    annotations: { title, ...annotations },
  }),
);

/**
 * What callers are told about the arguments. Validation is more lenient: unknown properties are ignored, and null
 * counts as absent where an argument is optional.
 */
function inputSchemaOf(input: z.ZodObject): ListedTool['inputSchema'] {
  return simplified(input) as ListedTool['inputSchema'];
}
