import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * The least that any server on Node could do: read a JSON body, parse it, write it out again, and store nothing.
 * Uses nothing from outside of itself, see `echoProgram`.
 */
function echo(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const text = chunks.length === 0 ? '{}' : Buffer.concat(chunks).toString();
    const answer = JSON.stringify(JSON.parse(text));
    response.writeHead(200, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(answer),
    });
    response.end(answer);
  });
}

/** The echo as a program in plain JavaScript: its start must not be charged for the removal of types. */
export function echoProgram(port: number): string {
  return `import { createServer } from 'node:http'; createServer(${echo.toString()}).listen(${port}, '127.0.0.1');`;
}
