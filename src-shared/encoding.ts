import { BridgeError } from './bridge-error.ts';
import { envelope, type Envelope } from './envelope.ts';
import { isJsonObject } from './json-object.ts';
import { parseJson } from './message.ts';
import { validate } from './validation.ts';

/** What the content of a stored message turned out to be (wire specification 6.1). */
export type Interpretation = { json: unknown } & (
  | { encoding: 'legacy_text' | 'legacy_json' }
  | { encoding: 'structured'; message: Envelope }
  | { encoding: 'unsupported' | 'invalid'; parse_warning: string }
);

export type Encoding = Interpretation['encoding'];

const marks = ['schema_version', 'type', 'content'] as const;

/**
 * Reads content that may have come from anywhere: from us, from another version, or from somebody who edited the file.
 * Never throws. `json` is the value that the content holds, or undefined if it is no JSON.
 */
export function interpretContent(content: string): Interpretation {
  const json = parseJson(content);
  if (json === undefined) return { json, encoding: 'legacy_text' };
  if (!isJsonObject(json) || !marks.every((mark) => Object.hasOwn(json, mark))) {
    return { json, encoding: 'legacy_json' };
  }
  try {
    return { json, encoding: 'structured', message: validate(envelope, json) };
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    const encoding = error.code === 'invalid_protocol' ? 'unsupported' : 'invalid';
    return { json, encoding, parse_warning: error.message };
  }
}
