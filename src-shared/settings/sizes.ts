import { maxMessageBytes } from '../message.ts';
import { integer, type SettingDefinition } from './kinds.ts';

/** How large requests, messages and answers may be. */
export const sizes = {
  maxRequestBytes: integer(
    { default: 262_144, min: 1024, unit: 'bytes' },
    {
      env: 'CLAUDE_BRIDGE_MAX_REQUEST_BYTES',
      flag: '--max-request-bytes',
      group: 'Sizes',
      doc: 'Largest request body.',
      reloadable: true,
    },
  ),
  maxMessageBytes: integer(
    { default: maxMessageBytes, min: 1, max: maxMessageBytes, unit: 'bytes' },
    {
      env: 'CLAUDE_BRIDGE_MAX_MESSAGE_BYTES',
      flag: '--max-message-bytes',
      group: 'Sizes',
      doc: 'Largest content of a message, in UTF-8 bytes.',
      reloadable: true,
    },
  ),
  maxPageBytes: integer(
    { default: 4_194_304, min: 131_072, unit: 'bytes' },
    {
      env: 'CLAUDE_BRIDGE_MAX_PAGE_BYTES',
      flag: '--max-page-bytes',
      group: 'Sizes',
      doc: 'Bytes of content that one listing may carry.',
      reloadable: true,
    },
  ),
  mcpResultBytes: integer(
    { default: 65_536, min: 4096, unit: 'bytes' },
    {
      env: 'CLAUDE_BRIDGE_MCP_RESULT_BYTES',
      flag: '--mcp-result-bytes',
      group: 'Sizes',
      doc: 'Bytes that the text and the structure of one tool result may each take.',
      reloadable: true,
    },
  ),
} satisfies Record<string, SettingDefinition>;
