import * as z from "zod";
import type { KindName } from "../kinds/kind.js";
import { appSchema } from "./app.js";
import { definitions, lowLevel, timeout } from "./instruction.js";
import { relSchema } from "./rel.js";
import { relupEntrySchema, relupSchema, appupEntrySchema, appupSchema } from "./upgrade-files.js";

/**
 * What the YAML forms look like before they are read, for editors: the schemas of the records, with what YAML writes in
 * another way. The records' own schemas judge what is read; these are published as JSON Schema.
 */

/** `!erl` text, which an editor takes for a string. */
const erl = z.string();
const anyTerm = z.unknown();
const pairs = z.union([z.record(z.string(), anyTerm), erl]);

/** An instruction as a mapping whose key is its name, or as its name alone. */
function instructionForm({ name, main, shape }: (typeof definitions)[keyof typeof definitions]): z.ZodType {
  if (main === undefined) return z.literal(name);
  const { [main]: value, ...rest } = shape as z.ZodRawShape;
  return z.strictObject({ [name]: value!, ...rest });
}

const suspend = z.strictObject({
  suspend: z.array(z.union([z.string(), z.strictObject({ module: z.string(), timeout: timeout.exactOptional() })])),
});

const forms = Object.values(definitions).map((each) => (each.name === "suspend" ? suspend : instructionForm(each)));
const isLow = (index: number): boolean => Object.hasOwn(lowLevel, Object.keys(definitions)[index]!);

const instruction = z.union(forms);
const lowLevelInstruction = z.union(forms.filter((_, index) => isLow(index)));

const appupEntry = appupEntrySchema.extend({
  version: z.union([z.string(), z.strictObject({ regex: z.string() })]),
  instructions: z.array(instruction),
});
const relupEntry = relupEntrySchema.extend({
  description: anyTerm.optional(),
  script: z.array(lowLevelInstruction),
});

export const yamlForms: { readonly [Name in KindName]: z.ZodType } = {
  rel: z.strictObject(relSchema.shape),
  app: z.strictObject({
    ...appSchema.shape,
    env: pairs.optional(),
    mod: z.union([z.strictObject({ module: z.string(), args: anyTerm }), z.array(z.never()).max(0)]).optional(),
    startPhases: pairs.optional(),
    extra: pairs.optional(),
  }),
  appup: z.strictObject({
    ...appupSchema.shape,
    upFrom: z.array(appupEntry),
    downTo: z.array(appupEntry),
  }),
  relup: z.strictObject({
    ...relupSchema.shape,
    upFrom: z.array(relupEntry),
    downTo: z.array(relupEntry),
  }),
};
