import * as z from 'zod';

/** JSON Schema of what may be given to `schema`, in terms that every client and model gets along with. */
export function simplified(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      // Zod spells out "or null" and "or empty" of optional arguments, and the bounds of safe integers.
      const [usual] = jsonSchema.anyOf ?? [];
      if (usual?.type !== undefined) {
        jsonSchema.type = usual.type;
        delete jsonSchema.anyOf;
      }
      // Zod's own types know single types only, but it writes "string or null" as a list, too.
      const types: unknown = jsonSchema.type;
      if (Array.isArray(types)) jsonSchema.type = types[0] as 'string';
    },
  });
  return json;
}
