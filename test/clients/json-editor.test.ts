import fc from 'fast-check';
import { parse } from 'jsonc-parser';
import { describe, expect, test } from 'vitest';
import { jsonEditor } from '../../src-main/clients/json-editor.ts';

const entry = {
  type: 'http',
  url: 'http://192.0.2.10:8765/mcp',
  headers: { Authorization: 'Bearer ${CLAUDE_BRIDGE_TOKEN}' },
};

const settings = `{
	// Colours are a matter of taste.
	"theme": "dark", /* really */
	"mcpServers": {  // two of them
		// The first one.
		"tickets": { "command": "tickets", "args": ["--stdio"] }, // keep
		"files": {
			"url": "http://192.0.2.20/mcp"   }
	}
}
`;

describe('adding an entry', () => {
  test('leaves everything else byte for byte, comments and odd layout included', () => {
    expect(jsonEditor.set(settings, entry)).toBe(`{
	// Colours are a matter of taste.
	"theme": "dark", /* really */
	"mcpServers": {  // two of them
		"claude-bridge": {
			"type": "http",
			"url": "http://192.0.2.10:8765/mcp",
			"headers": {
				"Authorization": "Bearer \${CLAUDE_BRIDGE_TOKEN}"
			}
		},
		// The first one.
		"tickets": { "command": "tickets", "args": ["--stdio"] }, // keep
		"files": {
			"url": "http://192.0.2.20/mcp"   }
	}
}
`);
  });

  test.each([
    ['an empty file', '', '{\n  "mcpServers": {\n    "claude-bridge": {\n      "url": "u"\n    }\n  }\n}\n'],
    ['blanks', ' \n', '{\n  "mcpServers": {\n    "claude-bridge": {\n      "url": "u"\n    }\n  }\n}\n'],
    ['one line', '{"a":1}', '{"mcpServers": {"claude-bridge":{"url":"u"}}, "a":1}'],
    [
      'an empty list of servers',
      '{\n    "mcpServers": { }\n}',
      '{\n    "mcpServers": {\n        "claude-bridge": {\n            "url": "u"\n        }\n    }\n}',
    ],
    [
      'a list with nothing but a comment',
      '{\n  "mcpServers": {\n    // none yet\n  }\n}\n',
      '{\n  "mcpServers": {\n    "claude-bridge": {\n      "url": "u"\n    }\n    // none yet\n  }\n}\n',
    ],
    [
      'lines that end as on Windows',
      '{\r\n  "a": 1\r\n}\r\n',
      '{\r\n  "mcpServers": {\r\n    "claude-bridge": {\r\n      "url": "u"\r\n    }\r\n  },\r\n  "a": 1\r\n}\r\n',
    ],
  ])('to %s', (_, before, after) => {
    expect(jsonEditor.set(before, { url: 'u' })).toBe(after);
  });
});

describe('changing an entry', () => {
  const own = `{
  "mcpServers": {
    "claude-bridge": {
      "command": "node", // for now
      "args": ["cli.js", "--stdio"],
      "timeout": 600000, // slow line
      "trust": false
    },
    "other": {}
  }
}
`;

  test('keeps what the user has added to it', () => {
    expect(jsonEditor.set(own, entry)).toBe(`{
  "mcpServers": {
    "claude-bridge": { // for now
      "type": "http",
      "url": "http://192.0.2.10:8765/mcp",
      "headers": {
        "Authorization": "Bearer \${CLAUDE_BRIDGE_TOKEN}"
      },
      "timeout": 600000, // slow line
      "trust": false
    },
    "other": {}
  }
}
`);
  });

  test('changes one value where only that differs', () => {
    const before = jsonEditor.set(settings, entry);
    const after = jsonEditor.set(before, { ...entry, url: 'https://bridge.example/mcp' });
    expect(after).toBe(before.replace('http://192.0.2.10:8765/mcp', 'https://bridge.example/mcp'));
  });

  test('replaces what is no entry at all', () => {
    const before = '{"mcpServers": {"claude-bridge": null, "o": {}}}';
    expect(parse(jsonEditor.set(before, { url: 'u' }))).toEqual({
      mcpServers: { 'claude-bridge': { url: 'u' }, o: {} },
    });
  });
});

describe('reading an entry', () => {
  test('says how the server is reached, and nothing else', () => {
    const text =
      '{"mcpServers": {"claude-bridge": {"type": "stdio", "command": "node", "env": {}, "timeout": 5}}}';
    expect(jsonEditor.read(text)).toEqual({ type: 'stdio', command: 'node' });
  });

  test.each(['', '{}', '{"mcpServers": {}}', '{"mcpServers": {"other": {}}}'])(
    'says that %j has none',
    (text) => {
      expect(jsonEditor.read(text)).toBeUndefined();
    },
  );
});

describe('removing an entry', () => {
  test.each([
    ['the only one', '{\n  "mcpServers": {\n    "claude-bridge": {}\n  }\n}\n', '{\n  "mcpServers": {}\n}\n'],
    [
      'the last one',
      '{\n  "mcpServers": {\n    "o": {}, // mine\n    "claude-bridge": {\n    }\n  }\n}\n',
      '{\n  "mcpServers": {\n    "o": {} // mine\n  }\n}\n',
    ],
    [
      'one with a comment on it',
      '{\n  "mcpServers": {\n    "claude-bridge": {}, // the bridge\n    "o": {}\n  }\n}\n',
      '{\n  "mcpServers": { // the bridge\n    "o": {}\n  }\n}\n',
    ],
    [
      'one in a line',
      '{"mcpServers": {"a": 1, "claude-bridge": {}, "o": 2}}',
      '{"mcpServers": {"a": 1, "o": 2}}',
    ],
    ['none', settings, settings],
  ])('%s', (_, before, after) => {
    expect(jsonEditor.remove(before)).toBe(after);
  });
});

describe('for any settings', () => {
  const comment = fc.constantFrom('', '', ' ', ' // note\n', '/* a, "b": {} */');
  /** Servers in any layout, with comments at the ends of their lines. */
  const servers = fc
    .array(fc.tuple(fc.string({ minLength: 1 }), fc.jsonValue({ maxDepth: 2 }), comment), {
      minLength: 1,
      maxLength: 4,
    })
    .map((list) => list.filter(([name]) => name !== 'claude-bridge' && name !== '__proto__'));
  const document = fc
    .tuple(servers, fc.constantFrom('\n', '\r\n', ''), fc.constantFrom('  ', '\t', '    '), comment)
    .map(([list, newLine, indent, note]) => {
      const lines = list.map(
        ([name, value, after], at) =>
          `${indent}${JSON.stringify(name)}: ${JSON.stringify(value)}${at < list.length - 1 ? ',' : ''}${after}`,
      );
      return `{${newLine}${indent}"mcpServers": {${note}${newLine}${lines.join(newLine)}${newLine}}${newLine}}`;
    });

  test('an entry that is added and removed again leaves the file as it was', () => {
    fc.assert(
      fc.property(document, (text) => {
        const added = jsonEditor.set(text, entry);
        expect(jsonEditor.read(added)).toEqual(entry);
        expect(parse(jsonEditor.remove(added))).toEqual(parse(text));
        // Without a server there was nothing but blanks between the braces.
        if (Object.keys((parse(text) as { mcpServers: object }).mcpServers).length > 0)
          expect(jsonEditor.remove(added)).toBe(text);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a text that is not ours to mend', () => {
  test.each([
    ['{\n  "a": 1,\n}', 'is not valid JSON: property name expected', 3],
    ['{\n  "a" 1\n}', 'is not valid JSON: colon expected', 2],
    ['{"a": 1', 'is not valid JSON: close brace expected', 1],
    ['[]', 'is not a JSON object', 1],
    ['{\n\n"mcpServers": []}', 'has a "mcpServers" that is not an object', 3],
    ['{"mcpServers": {}, "mcpServers": {"o": {}}}', 'has a key twice', undefined],
  ])('is refused: %j', (text, sentence, line) => {
    expect(() => jsonEditor.set(text, entry)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(sentence) as string, line }) as Error,
    );
  });
});
