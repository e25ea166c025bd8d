import fc from 'fast-check';
import { parse, stringify } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { codexEditor } from '../../src-main/clients/codex-editor.ts';

const entry = { url: 'http://192.0.2.10:8765/mcp', bearer_token_env_var: 'CLAUDE_BRIDGE_TOKEN' };

const block = `[mcp_servers.claude-bridge]
url = "http://192.0.2.10:8765/mcp"
bearer_token_env_var = "CLAUDE_BRIDGE_TOKEN"
`;

/** Everything that looks like a table of ours but is none. */
const settings = `# Mine.
model = "gpt-example" # the large one
notes = """
[mcp_servers.claude-bridge]
url = "not really"
"""

[mcp_servers.tickets]
command = 'C:\\tickets.exe'
args = [
  "a", # first
  [
]]

# About profiles.
[[profiles]]
since = 1979-05-27T07:32:00Z
large = 9_007_199_254_740_993
`;

describe('adding an entry', () => {
  test('appends one table and leaves everything else byte for byte', () => {
    expect(codexEditor.set(settings, entry)).toBe(`${settings}\n${block}`);
  });

  test.each([
    ['an empty file', '', block],
    ['a file without an end of its last line', 'a = 1', `a = 1\n\n${block}`],
    ['lines that end as on Windows', 'a = 1\r\n', `a = 1\r\n\r\n${block.replaceAll('\n', '\r\n')}`],
  ])('to %s', (_, before, after) => {
    expect(codexEditor.set(before, entry)).toBe(after);
  });

  test('writes Windows paths and variables as TOML has them', () => {
    const server = { command: 'C:\\a b\\node.exe', args: ['cli.js', '--stdio'], env: { A: 'x "y"' } };
    expect(parse(codexEditor.set('', server))).toEqual({ mcp_servers: { 'claude-bridge': server } });
  });
});

describe('changing an entry', () => {
  test('keeps what the user has added to it, tables below it included', () => {
    const before = `[mcp_servers."claude-bridge"] # ours
tool_timeout_sec = 600
# started by hand
command = "node"
args = [
  "cli.js",
]
enabled = true

[mcp_servers.claude-bridge.env]
A = "b"

[mcp_servers.claude-bridge.tools.bridge_send]
approval_mode = "approve"

# The rest.
[z]
a = 1
`;
    expect(codexEditor.read(before)).toEqual({ command: 'node', args: ['cli.js'], env: { A: 'b' } });
    expect(codexEditor.set(before, entry)).toBe(`[mcp_servers."claude-bridge"] # ours
url = "http://192.0.2.10:8765/mcp"
bearer_token_env_var = "CLAUDE_BRIDGE_TOKEN"
tool_timeout_sec = 600
# started by hand
enabled = true

[mcp_servers.claude-bridge.tools.bridge_send]
approval_mode = "approve"

# The rest.
[z]
a = 1
`);
  });
});

describe('removing an entry', () => {
  test.each([
    ['at the end', `${settings}\n${block}`, settings],
    ['in the middle', `[a]\n\n${block}\n# About b.\n[b]\n`, '[a]\n\n# About b.\n[b]\n'],
    ['at the beginning', `${block}\n[b]\n`, '\n[b]\n'],
    ['with tables below it', `a = 1\n\n${block}\n[mcp_servers.claude-bridge.env]\nA = "b"\n`, 'a = 1\n'],
    ['that is not there', settings, settings],
  ])('%s', (_, before, after) => {
    expect(codexEditor.remove(before)).toBe(after);
  });
});

test('for any settings, an entry that is added and removed again leaves the file as it was', () => {
  const value = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.array(fc.string()),
    fc.constantFrom('\n[mcp_servers.claude-bridge]\n', '"""', "'''", '# none'),
  );
  const table = fc.dictionary(
    fc.string({ minLength: 1 }),
    fc.oneof(value, fc.dictionary(fc.string(), value)),
  );
  const document = fc
    .tuple(table, fc.dictionary(fc.constantFrom('tickets', 'claude', 'bridge', 'a.b'), table))
    .map(([root, servers]) => stringify({ ...root, mcp_servers: servers }));
  fc.assert(
    fc.property(document, (text) => {
      const added = codexEditor.set(text, entry);
      expect(added.startsWith(text)).toBe(true);
      expect(codexEditor.read(added)).toEqual(entry);
      expect(codexEditor.remove(added)).toBe(text);
    }),
    { numRuns: 300 },
  );
});

describe('a text that is not ours to mend', () => {
  test.each([
    ['a = 1\nb =\n', 'is not valid TOML: ', 2],
    ['[a]\n[a]\n', 'is not valid TOML: ', 2],
    ['mcp_servers = 1\n', 'has a "mcp_servers" that is not a table', undefined],
    ['mcp_servers.claude-bridge.url = "x"\n', 'in a form that is not edited here', undefined],
    ['mcp_servers = { o = { url = "x" } }\n', 'in a way that is not edited here', undefined],
  ])('is refused: %j', (text, sentence, line) => {
    const fault = { message: expect.stringContaining(sentence) as string };
    expect(() => codexEditor.set(text, entry)).toThrow(
      expect.objectContaining(line === undefined ? fault : { ...fault, line }) as Error,
    );
  });
});
