import * as z from 'zod';
import { consumer, cursor } from '../../src-shared/api/fields.ts';
import { channelName, existingChannel, splitChannel } from '../../src-shared/channel.ts';
import { channelPattern, ChannelPatterns } from '../../src-shared/channel-patterns.ts';
import { readDuration } from '../../src-shared/duration.ts';
import { interpretContent } from '../../src-shared/encoding.ts';
import { parseExportLine } from '../../src-shared/export-line.ts';
import { parseJsonText } from '../../src-shared/json-text.ts';
import { preview } from '../../src-shared/message.ts';
import { pairingCode, readPairingCode } from '../../src-shared/pairing-code.ts';
import { parseSend } from '../../src-shared/api/sending.ts';
import { checkSetting } from '../../src-shared/settings/check.ts';
import { definitionOf, settingKeys } from '../../src-shared/settings.ts';
import { onOneLine, strip } from '../../src-shared/text.ts';
import { machineLabel } from '../../src-shared/api/tokens.ts';
import { validate } from '../../src-shared/validation.ts';
import { visibleParts, visibleTextParts } from '../../src-shared/visible-text.ts';
import { zonedTimeFault } from '../../src-shared/zoned-time.ts';
import { rowLimit, seconds, strictRowLimit } from '../../src-main/http/exchange.ts';
import { cancelledCall, readMessage } from '../../src-main/mcp/json-rpc.ts';
import { LineReader } from '../../src-main/mcp/line-reader.ts';
import { readSessionCookie } from '../../src-main/security/cookies.ts';
import { Credentials } from '../../src-main/security/credentials.ts';
import { requireSingleHeaders } from '../../src-main/security/duplicate-headers.ts';
import { clientAddress, parseTrustedProxies, requestScheme } from '../../src-main/security/forwarded.ts';
import { parseConfiguredHost, parseHost } from '../../src-main/security/host-name.ts';
import { HostPolicy } from '../../src-main/security/host-policy.ts';
import { requireJsonLinesMediaType, requireJsonMediaType } from '../../src-main/security/media-type.ts';
import { OriginPolicy } from '../../src-main/security/origin-policy.ts';
import { isProtectedPath } from '../../src-main/security/protected-paths.ts';
import { SharedTokens } from '../../src-main/security/shared-tokens.ts';
import { readText } from '../../src-main/settings/written-text.ts';
import { jsonLines } from '../../src-main/cli/tui/view/json.ts';
import { line, lines } from '../../src-main/cli/tui/view/pieces.ts';
import { WordSplitter } from '../../src-main/store/sqlite/index/words.ts';
import { folded, saidParts } from '../../src-renderer/messages/said.ts';

const aProxy = parseTrustedProxies(['127.0.0.1']);
const hosts = new HostPolicy({
  bindHost: '127.0.0.1',
  trustedHosts: ['*.bridge.example'],
  ownNames: () => ['atlas'],
});
const origins = new OriginPolicy(['https://dash.example']);
const credentials = new Credentials({
  shared: new SharedTokens({ token: 'a-token' }),
  localToken: 'another',
});
const splitter = new WordSplitter(
  `CREATE VIRTUAL TABLE relay_search USING fts5(content, keys, content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 2")`,
);
const schemas = { channelName, existingChannel, cursor, consumer, channelPattern, machineLabel, pairingCode };

/**
 * Everything that reads text which somebody else has written. Each either answers or throws a BridgeError, in a time that
 * grows with the text and no faster.
 */
export const parsers: Readonly<Record<string, (text: string) => unknown>> = {
  'the session cookie': (text) => [
    readSessionCookie(text),
    readSessionCookie(`claude_bridge_session=${text}`),
  ],
  'the Authorization header': (text) => [credentials.identify(text), credentials.identify(`Bearer ${text}`)],
  'a token in the address': (text) => credentials.identify(undefined, text),
  'the Host header': (text) => [parseHost(text), hosts.accepts(text)],
  'a trusted host': parseConfiguredHost,
  'the Origin header': (text) => {
    origins.responseHeaders(text);
    origins.require({ method: 'POST', origin: text, host: 'localhost', scheme: 'http' });
  },
  'forwarded addresses': (text) => {
    const request = {
      peerAddress: '127.0.0.1',
      headers: { 'x-forwarded-for': text },
      trustedProxies: aProxy,
    };
    return clientAddress(request);
  },
  'the forwarded scheme': (text) => {
    const headers = { 'x-forwarded-proto': text };
    return requestScheme({ encrypted: false, peerAddress: '127.0.0.1', headers, trustedProxies: aProxy });
  },
  'a trusted proxy': (text) => parseTrustedProxies([text]),
  'the names of headers': (text) => requireSingleHeaders([text, '', text, '']),
  'the type of a body': (text) => requireJsonMediaType({ 'content-type': text }),
  'the type of lines': (text) => requireJsonLinesMediaType({ 'content-type': text }),
  'a path': isProtectedPath,
  'a number of rows': (text) => rowLimit(query('limit', text), { byDefault: 5, max: 50 }),
  'a number of rows, strictly': (text) => strictRowLimit(query('limit', text), { byDefault: 5, max: 50 }),
  'a number of seconds': (text) => seconds(query('for', text), 'for', { byDefault: 5, max: 50 }),
  'a query for words': (text) => splitter.phrases(text),
  JSON: (text) => parseJsonText(text, 'the body'),
  'a JSON-RPC message': (text) => {
    const message = readMessage(parseJsonText(text, 'the line'));
    return cancelledCall(message);
  },
  'lines of bytes': (text) => {
    const reader = new LineReader(1_000, { line: () => undefined, tooLong: () => undefined });
    reader.push(Buffer.from(text));
    reader.end();
  },
  'a content': (text) => [interpretContent(text), preview(text)],
  'a send': (text) => parseSend({ channel: 'a', sender: 'b', content: text }),
  'names in a send': (text) =>
    parseSend({ channel: text, sender: text, content: 'x', idempotency_key: text }),
  'an envelope': (text) =>
    parseSend({
      channel: 'a',
      sender: 'b',
      message: { schema_version: 1, type: text, content: text, thread_id: text },
    }),
  'a time': zonedTimeFault,
  'a time in an envelope': (text) =>
    parseSend({
      channel: 'a',
      sender: 'b',
      message: { schema_version: 1, type: 'task', content: 'x', expires_at: text },
    }),
  'a line of an export': (text) => parseExportLine(text),
  'a message of an export': (text) =>
    parseExportLine(
      JSON.stringify({
        kind: 'message',
        id: text,
        channel: text,
        sender: text,
        timestamp: text,
        content: text,
      }),
    ),
  'a duration': readDuration,
  'a pairing code': readPairingCode,
  'a channel': splitChannel,
  'patterns of channels': (text) => [
    new ChannelPatterns([text]).has(text),
    new ChannelPatterns(['*a*b*']).has(text),
    new ChannelPatterns([text]).has('a'.repeat(256)),
  ],
  'what the page shows of a message': (text) => [
    folded(text),
    saidParts(text),
    saidParts(`see https://relay.example/${text}a`),
    saidParts(`\`\`\`\n${text}`),
  ],
  'what the terminal screen shows of a message': (text) => [line(text), lines(text), jsonLines([text])],
  'what is shown': (text) => [visibleParts(text), visibleTextParts(text), strip(text), onOneLine(text)],
  ...Object.fromEntries(
    Object.entries(schemas).map(([name, schema]): [string, (text: string) => unknown] => [
      `the schema ${name}`,
      (text) => validate(z.object({ field: schema as z.ZodType }), { field: text }),
    ]),
  ),
  ...Object.fromEntries(
    settingKeys.map((key): [string, (text: string) => unknown] => [
      `the setting ${key}`,
      (text) => [
        checkSetting(key, text),
        checkSetting(key, readText(definitionOf(key), text)),
        checkSetting(key, [text]),
      ],
    ]),
  ),
};

function query(name: string, value: string): URLSearchParams {
  return new URLSearchParams({ [name]: value });
}
