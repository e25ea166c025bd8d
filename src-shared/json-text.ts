import { BridgeError } from './bridge-error.ts';
import { nestingDepth } from './message.ts';

/** Nesting of what is read. Nothing we take is deeper; parsers of other programs give up somewhat above. */
const maxDepth = 64;

/**
 * The JSON value in a text from outside.
 * @param what names the text in errors, such as `the body`
 * @throws BridgeError `too_deep`, `invalid_json`
 */
export function parseJsonText(text: string, what: string): unknown {
  if (nestingDepth(text) > maxDepth) {
    throw new BridgeError('too_deep', `${what} is nested more than ${maxDepth} levels deep`);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BridgeError('invalid_json', `${what} is not valid JSON`, { cause });
  }
}
