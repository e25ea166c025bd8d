import { setTimeout as pause } from 'node:timers/promises';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import {
  CreateMessageResultSchema,
  ElicitResultSchema,
  type CallToolResult,
  type ElicitRequestFormParams,
  type ServerNotification,
  type ServerRequest,
  type Tool,
} from '@modelcontextprotocol/sdk/types.js';
import { audio, image } from './fixture-media.ts';

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;
type Content = CallToolResult['content'];

interface FixtureTool extends Tool {
  run: (input: Record<string, unknown>, extra: Extra) => Promise<CallToolResult>;
}

const noInput: Tool['inputSchema'] = { type: 'object', properties: {} };
const oneText = (name: string): Tool['inputSchema'] => ({
  type: 'object',
  properties: { [name]: { type: 'string' } },
  required: [name],
});

/** A tool that answers with fixed content. */
function fixed(name: string, content: Content): FixtureTool {
  return {
    name,
    description: 'Answers with fixed content',
    inputSchema: noInput,
    run: () => Promise.resolve({ content }),
  };
}

/** A tool that asks the client's user to fill in a form, and says what came back. */
function asking(
  name: string,
  said: string,
  properties: ElicitRequestFormParams['requestedSchema']['properties'],
): FixtureTool {
  return {
    name,
    description: "Asks the client's user",
    inputSchema: noInput,
    run: async (input, { sendRequest }) => {
      const message = typeof input['message'] === 'string' ? input['message'] : 'Please fill in this form';
      const requestedSchema = { type: 'object' as const, properties };
      const { action, content } = await sendRequest(
        { method: 'elicitation/create', params: { message, requestedSchema } },
        ElicitResultSchema,
      );
      return textResult(`${said}: action=${action}, content=${JSON.stringify(content ?? {})}`);
    },
  };
}

const colours = ['option1', 'option2', 'option3'];
const titled = colours.map((value, index) => ({ const: value, title: `Option ${index + 1}` }));

/** The tools that the scenarios of the conformance suite call, by the names and with the contents it expects. */
export const fixtureTools: readonly FixtureTool[] = [
  fixed('test_simple_text', [{ type: 'text', text: 'This is a simple text response for testing.' }]),
  fixed('test_image_content', [image]),
  fixed('test_audio_content', [audio]),
  fixed('test_embedded_resource', [
    {
      type: 'resource',
      resource: {
        uri: 'test://embedded-resource',
        mimeType: 'text/plain',
        text: 'This is an embedded resource content.',
      },
    },
  ]),
  fixed('test_multiple_content_types', [
    { type: 'text', text: 'Multiple content types test:' },
    image,
    {
      type: 'resource',
      resource: {
        uri: 'test://mixed-content-resource',
        mimeType: 'application/json',
        text: JSON.stringify({ test: 'data', value: 123 }),
      },
    },
  ]),
  {
    name: 'test_error_handling',
    description: 'Always fails',
    inputSchema: noInput,
    run: () =>
      Promise.resolve({
        ...textResult('This tool intentionally returns an error for testing'),
        isError: true,
      }),
  },
  {
    name: 'test_tool_with_logging',
    description: 'Logs while it works',
    inputSchema: noInput,
    run: async (_input, { sendNotification }) => {
      for (const data of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
        await sendNotification({ method: 'notifications/message', params: { level: 'info', data } });
        // The scenario wants to see them come one after the other.
        await pause(50);
      }
      return textResult('Tool with logging executed successfully');
    },
  },
  {
    name: 'test_tool_with_progress',
    description: 'Reports progress while it works',
    inputSchema: noInput,
    run: async (_input, { sendNotification, _meta }) => {
      const progressToken = _meta?.progressToken;
      for (const progress of progressToken === undefined ? [] : [0, 50, 100]) {
        const params = { progressToken: progressToken ?? '', progress, total: 100 };
        await sendNotification({ method: 'notifications/progress', params });
        await pause(50);
      }
      return textResult(String(progressToken));
    },
  },
  {
    name: 'test_sampling',
    description: "Asks the client's model",
    inputSchema: oneText('prompt'),
    run: async ({ prompt }, { sendRequest }) => {
      const { content } = await sendRequest(
        {
          method: 'sampling/createMessage',
          params: {
            messages: [{ role: 'user', content: { type: 'text', text: String(prompt) } }],
            maxTokens: 100,
          },
        },
        CreateMessageResultSchema,
      );
      return textResult(`LLM response: ${content.type === 'text' ? content.text : 'no text'}`);
    },
  },
  {
    ...asking('test_elicitation', 'User response', {
      username: { type: 'string', description: "User's response" },
      email: { type: 'string', description: "User's email address" },
    }),
    inputSchema: oneText('message'),
  },
  asking('test_elicitation_sep1034_defaults', 'Elicitation completed', {
    name: { type: 'string', description: 'User name', default: 'John Doe' },
    age: { type: 'integer', description: 'User age', default: 30 },
    score: { type: 'number', description: 'User score', default: 95.5 },
    status: {
      type: 'string',
      description: 'User status',
      enum: ['active', 'inactive', 'pending'],
      default: 'active',
    },
    verified: { type: 'boolean', description: 'Verification status', default: true },
  }),
  asking('test_elicitation_sep1330_enums', 'Elicitation completed', {
    untitledSingle: { type: 'string', enum: colours },
    titledSingle: { type: 'string', oneOf: titled },
    legacyEnum: {
      type: 'string',
      enum: colours,
      enumNames: ['Option One', 'Option Two', 'Option Three'],
    },
    untitledMulti: { type: 'array', items: { type: 'string', enum: colours } },
    titledMulti: { type: 'array', items: { anyOf: titled } },
  }),
  {
    name: 'json_schema_2020_12_tool',
    description: 'Its schema uses what JSON Schema 2020-12 has',
    inputSchema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      $defs: {
        address: {
          type: 'object',
          properties: { street: { type: 'string' }, city: { type: 'string' } },
        },
      },
      properties: { name: { type: 'string' }, address: { $ref: '#/$defs/address' } },
      additionalProperties: false,
    },
    run: (input) => Promise.resolve(textResult(`received ${JSON.stringify(input)}`)),
  },
];

function textResult(text: string): CallToolResult {
  return { content: [{ type: 'text', text }] };
}
