import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface ScriptedModel extends AsyncDisposable {
  readonly url: string;
  /** What it was asked, as it was sent. */
  readonly requests: readonly string[];
}

/** Stands where a vendor's model would be (OpenAI Responses), on loopback: it answers every question with one word. */
export async function startScriptedModel(): Promise<ScriptedModel> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      requests.push(body);
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.end(
        answer.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const usage = {
  input_tokens: 1,
  input_tokens_details: null,
  output_tokens: 1,
  output_tokens_details: null,
  total_tokens: 2,
};

const answer = [
  { type: 'response.created', response: { id: 'response-1' } },
  {
    type: 'response.output_item.done',
    item: {
      type: 'message',
      role: 'assistant',
      id: 'message-1',
      content: [{ type: 'output_text', text: 'done' }],
    },
  },
  { type: 'response.completed', response: { id: 'response-1', usage } },
];
