import { envelope } from '../../../src-shared/envelope.ts';
import { simplified } from './json-schema.ts';

/** What a model is told about the fields that it may want; the others speak for themselves. */
const descriptions: Readonly<Record<string, string>> = {
  schema_version: 'Always 1.',
  type: 'What it is, in lower case: "task", "question", "answer", "result", "error", "status" or a word of your own.',
  content: 'What it says: text or any JSON.',
  thread_id: 'Names the conversation; the same in all its messages.',
  reply_to: 'Id of the message that this one answers.',
  recipient: 'Name of the only agent that it is meant for; all others may read it, too.',
  dedupe_key: 'Like idempotency_key.',
};

const json = simplified(envelope) as { properties: Record<string, object>; required: string[] };

/** JSON Schema of an envelope (wire specification 6.2). */
export const envelopeSchema = {
  type: 'object' as const,
  properties: Object.fromEntries(
    Object.entries(json.properties).map(([name, schema]) => {
      const description = descriptions[name];
      return [name, description === undefined ? schema : { ...schema, description }];
    }),
  ),
  required: json.required,
};
