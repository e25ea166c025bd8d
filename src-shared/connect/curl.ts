import { tokenVariable } from './client.ts';
import { quote, type Shell } from './shell.ts';

export interface CurlCommands {
  /** Sends a first message. */
  send: string;
  /** Shows what arrives on the channel to which `send` sends. */
  listen: string;
}

export interface CurlOptions {
  baseUrl: string;
  /** `placeholder`: the value of `CLAUDE_BRIDGE_TOKEN` where the command is run. */
  token: 'none' | 'placeholder' | { value: string };
}

const greeting = JSON.stringify({ channel: 'demo:hello', sender: 'me', content: 'Hello' });
const jsonHeader = 'Content-Type: application/json';

/**
 * Commands for scripts. The token does not become a word of curl's command line, which others on the machine can see:
 * curl reads it from a pipe or, on Windows, from the environment (curl 8.3 and newer), which must hold it there.
 */
export function curlCommands(shell: Shell, { baseUrl, token }: CurlOptions): CurlCommands {
  const base = baseUrl.replace(/\/+$/, '');
  const sendUrl = quote(shell, `${base}/api/send`);
  const listenUrl = quote(shell, `${base}/events/channel/demo:hello`);
  if (shell === 'posix') {
    const [pipe, flag] = token === 'none' ? ['', ''] : [`${printedHeader(token)} | `, ' -H @-'];
    return {
      send: `${pipe}curl -s${flag} -H ${quote(shell, jsonHeader)} -d ${quote(shell, greeting)} ${sendUrl}`,
      listen: `${pipe}curl -sN${flag} ${listenUrl}`,
    };
  }
  const secret = token === 'none' ? '' : ` ${variableHeader(shell)}`;
  const listen = `curl.exe -sN${secret} ${listenUrl}`;
  if (shell === 'powershell') return { send: restMethod(sendUrl, token), listen };
  return {
    send: `curl.exe -s${secret} -H ${quote(shell, jsonHeader)} -d ${quote(shell, greeting)} ${sendUrl}`,
    listen,
  };
}

/** `printf` is part of the shell, so its words are not seen either. */
function printedHeader(token: Exclude<CurlOptions['token'], 'none'>): string {
  const value = token === 'placeholder' ? `"$${tokenVariable}"` : quote('posix', token.value);
  return `printf 'Authorization: Bearer %s' ${value}`;
}

function variableHeader(shell: Shell): string {
  const header = quote(shell, `Authorization: Bearer {{${tokenVariable}}}`);
  return `--variable ${quote(shell, `%${tokenVariable}`)} --expand-header ${header}`;
}

/** PowerShell's own, because it takes quotation marks away from programs before version 7.3. */
function restMethod(url: string, token: CurlOptions['token']): string {
  const headers = token === 'none' ? '' : ` -Headers @{ Authorization = ${bearerText(token)} }`;
  const body = quote('powershell', greeting);
  return `Invoke-RestMethod -Method Post -Uri ${url}${headers} -ContentType 'application/json' -Body ${body}`;
}

function bearerText(token: Exclude<CurlOptions['token'], 'none'>): string {
  return token === 'placeholder'
    ? `"Bearer $env:${tokenVariable}"`
    : quote('powershell', `Bearer ${token.value}`);
}
