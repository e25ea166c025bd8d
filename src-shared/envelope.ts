import * as z from 'zod';
import { artifacts } from './artifact.ts';
import { name, nameFault } from './channel.ts';
import { checked, guarded, type Fault } from './fault.ts';
import { fieldsFault, isJsonObject, metadata, nullable, present, unlessEmpty } from './json-object.ts';
import { jsonFault, sizeFault } from './json-value.ts';
import { maxMessageBytes } from './message.ts';
import { codePoints } from './text.ts';
import { zonedTimeFault } from './zoned-time.ts';

/**
 * Protocol-v1 envelopes (wire specification 6): messages with a type, a place in a conversation and a recipient. They
 * are stored as ordinary content, in their canonical form (`canonicalJson`).
 */

/** Longest label that refers to something, in code points. */
const maxReference = 256;

const maxTypeLength = 64;

const type = z.string('must be a string').check(checked(typeFault));

function typeFault(text: string): Fault | undefined {
  if (text === '') return { code: 'required', says: 'must not be empty' };
  if (codePoints(text) > maxTypeLength) {
    return { code: 'too_long', says: `must be at most ${maxTypeLength} characters` };
  }
  if (!/^[a-z][a-z0-9._-]*$/.test(text)) {
    return {
      code: 'invalid_format',
      says: 'must start with a lower-case letter and go on with lower-case letters, digits, dots, underscores and hyphens',
    };
  }
  return undefined;
}

const reference = nullable(name(maxReference));

const fields = z.object({
  schema_version: z.literal(1),
  type,
  content: z.unknown().check(checked((value) => jsonFault(value, maxMessageBytes))),
  thread_id: reference,
  reply_to: reference,
  correlation_id: reference,
  causation_id: reference,
  recipient: reference,
  // Its text is checked by keyFault, under another name.
  dedupe_key: z
    .unknown()
    .transform((key) => (key ?? undefined) as string | undefined)
    .optional()
    .meta({ type: ['string', 'null'] }),
  created_at: nullable(z.string('must be a string').check(checked(zonedTimeFault))),
  artifacts: unlessEmpty(artifacts),
  metadata: unlessEmpty(metadata),
  extensions: unlessEmpty(metadata),
});

/** The faults of an envelope as a whole, which go by the name that it has in a request. */
function wholeFault(value: unknown): Fault | undefined {
  const fault =
    versionFault(value) ?? fieldsFault(value, fields.shape, ['schema_version', 'type', 'content']);
  return fault && { field: 'message', ...fault };
}

/** The version comes first, for it decides which other fields there may be. */
function versionFault(value: unknown): Fault | undefined {
  const version = isJsonObject(value) ? value['schema_version'] : undefined;
  const field = 'schema_version';
  if (version === undefined || version === 1) return undefined;
  if (typeof version !== 'number' || !Number.isInteger(version))
    return { code: 'invalid_type', says: 'must be the number 1', field };
  return {
    code: 'invalid_protocol',
    says: `${version} is not supported: this relay knows version 1`,
    field,
  };
}

/** The key is a request's `idempotency_key` in another place, so its faults go by that name. */
function keyFault({ dedupe_key: key }: { dedupe_key?: unknown }): Fault | undefined {
  const field = 'idempotency_key';
  if (key === undefined) return undefined;
  if (typeof key !== 'string') return { code: 'invalid_type', says: 'must be a string', field };
  const fault = nameFault(key, maxReference);
  return fault && { ...fault, field };
}

function wholeSizeFault(value: object): Fault | undefined {
  const fault = sizeFault(value, maxMessageBytes);
  return fault && { ...fault, field: 'message' };
}

/**
 * An envelope as somebody sends it. The result is its normal form (6.3): fields in the order above, without those that
 * are null or empty. Faults name fields relative to the envelope, such as `artifacts.0.uri`.
 */
export const envelope = guarded(
  wholeFault,
  fields.check(checked(keyFault), checked(wholeSizeFault)).transform(present),
);

export type Envelope = z.infer<typeof envelope>;
