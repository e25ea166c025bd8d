/* eslint-disable @typescript-eslint/no-deprecated -- the low-level server, as in the product: its schemas are sent as they are written */
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  CallToolRequestSchema,
  CompleteRequestSchema,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  ReadResourceRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
  type ContentBlock,
} from '@modelcontextprotocol/sdk/types.js';
import { image } from './fixture-media.ts';
import { fixtureTools } from './fixture-tools.ts';

/**
 * A server with everything that the scenarios of the conformance suite ask for and the bridge has no use for, so that our
 * transports are tried with all of it.
 */
export function createFixtureServer(): Server {
  const server = new Server(
    { name: 'conformance-fixtures', version: '1.0.0' },
    {
      capabilities: {
        tools: {},
        resources: { subscribe: true },
        prompts: {},
        completions: {},
        logging: {},
      },
    },
  );
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: fixtureTools.map(({ run: _run, ...tool }) => tool),
  }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const tool = fixtureTools.find(({ name }) => name === params.name);
    if (!tool) throw new Error(`there is no tool ${params.name}`);
    return tool.run(params.arguments ?? {}, extra);
  });
  addResources(server);
  addPrompts(server);
  return server;
}

const resources = [
  { uri: 'test://static-text', name: 'static text', mimeType: 'text/plain' },
  { uri: 'test://static-binary', name: 'static binary', mimeType: 'image/png' },
  { uri: 'test://watched-resource', name: 'watched', mimeType: 'text/plain' },
];

function addResources(server: Server): void {
  server.setRequestHandler(ListResourcesRequestSchema, () => ({ resources }));
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({
    resourceTemplates: [
      { uriTemplate: 'test://template/{id}/data', name: 'template', mimeType: 'application/json' },
    ],
  }));
  server.setRequestHandler(ReadResourceRequestSchema, ({ params: { uri } }) => ({ contents: [read(uri)] }));
  server.setRequestHandler(SubscribeRequestSchema, () => ({}));
  server.setRequestHandler(UnsubscribeRequestSchema, () => ({}));
}

function read(uri: string) {
  const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1];
  if (id !== undefined) {
    const text = JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` });
    return { uri, mimeType: 'application/json', text };
  }
  if (uri === 'test://static-binary') return { uri, mimeType: 'image/png', blob: image.data };
  return { uri, mimeType: 'text/plain', text: 'This is the content of the static text resource.' };
}

const prompts = [
  { name: 'test_simple_prompt', description: 'Without arguments' },
  {
    name: 'test_prompt_with_arguments',
    description: 'With two arguments',
    arguments: [
      { name: 'arg1', description: 'First', required: true },
      { name: 'arg2', description: 'Second', required: true },
    ],
  },
  {
    name: 'test_prompt_with_embedded_resource',
    description: 'With a resource inside',
    arguments: [{ name: 'resourceUri', description: 'Which', required: true }],
  },
  { name: 'test_prompt_with_image', description: 'With an image inside' },
];

function addPrompts(server: Server): void {
  server.setRequestHandler(ListPromptsRequestSchema, () => ({ prompts }));
  server.setRequestHandler(CompleteRequestSchema, () => ({ completion: { values: [], total: 0 } }));
  server.setRequestHandler(GetPromptRequestSchema, ({ params: { name, arguments: given = {} } }) => ({
    messages: contentsOf(name, given).map((content) => ({ role: 'user' as const, content })),
  }));
}

function contentsOf(name: string, given: Record<string, string>): ContentBlock[] {
  switch (name) {
    case 'test_simple_prompt':
      return [{ type: 'text', text: 'This is a simple prompt for testing.' }];
    case 'test_prompt_with_arguments':
      return [
        { type: 'text', text: `Prompt with arguments: arg1='${given['arg1']}', arg2='${given['arg2']}'` },
      ];
    case 'test_prompt_with_embedded_resource':
      return [
        {
          type: 'resource',
          resource: {
            uri: given['resourceUri'] ?? '',
            mimeType: 'text/plain',
            text: 'Embedded resource content for testing.',
          },
        },
        { type: 'text', text: 'Please process the embedded resource above.' },
      ];
    case 'test_prompt_with_image':
      return [image, { type: 'text', text: 'Please analyze the image above.' }];
    default:
      throw new Error(`there is no prompt ${name}`);
  }
}
