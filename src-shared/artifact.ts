import * as z from 'zod';
import { checked, guarded, type Fault } from './fault.ts';
import { fieldsFault, metadata, nullable, present, unlessEmpty } from './json-object.ts';
import { textFault } from './json-value.ts';
import { codePoints, hasSurroundingWhitespace, strip } from './text.ts';

/** Something outside the relay that a message points to (wire specification 6.2). It is never fetched. */

const maxArtifacts = 32;
const maxUriLength = 4096;

const uri = z.string('must be a string').check(checked(uriFault));

function uriFault(text: string): Fault | undefined {
  if (text === '') return { code: 'required', says: 'must not be empty' };
  if (hasSurroundingWhitespace(text)) {
    return { code: 'surrounding_whitespace', says: 'must not start or end with whitespace' };
  }
  if (codePoints(text) > maxUriLength) {
    return { code: 'too_long', says: `must be at most ${maxUriLength} characters` };
  }
  // eslint-disable-next-line no-control-regex -- the rule is about control characters
  if (/[\u0000-\u001f\u007f]/.test(text)) {
    return { code: 'control_character', says: 'must not contain control characters' };
  }
  return textFault(text);
}

const label = z.string('must be a string').check(
  checked((text) => {
    if (strip(text) === '') return { code: 'required', says: 'must not be blank' };
    return textFault(text);
  }),
);

const sha256 = z
  .string('must be a string')
  .regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hexadecimal digits')
  .toLowerCase();

const fields = z.object({
  uri,
  name: nullable(label),
  media_type: nullable(label),
  size_bytes: nullable(z.int('must be a whole number').min(0, 'must not be negative')),
  sha256: nullable(sha256),
  metadata: unlessEmpty(metadata),
});

const artifact = guarded((value) => fieldsFault(value, fields.shape, ['uri']), fields.transform(present));

/** The number is checked before the entries are. */
export const artifacts = guarded(
  (value) =>
    Array.isArray(value) && value.length > maxArtifacts
      ? { code: 'too_many', says: `must hold at most ${maxArtifacts}` }
      : undefined,
  z.array(artifact, 'must be an array'),
);
