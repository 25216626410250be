import { z } from "zod";
import { applyDocument, planDocument } from "./documents.js";

const text = z.string().min(1);
const md5 = z.string().regex(/^[0-9a-f]{32}$/);

/** What `swap` prints: what `apply` does, and of each module which old version code_change got. */
export const swapDocument = z.strictObject({
  ...applyDocument.shape,
  schema: z.literal("relupctl/swap@1"),
  modules: z.array(
    z.strictObject({
      module: text,
      file: text,
      md5: md5.nullable(),
      previousMd5: md5.nullable(),
      oldVsn: text.nullable(),
      oldVsnGiven: z.boolean(),
    }),
  ),
});

/** What `swap --dry-run` prints. */
export const swapPlanDocument = planDocument.extend({
  kind: z.literal("modules"),
  origin: z.literal("files"),
  basis: planDocument.shape.basis.extend({ kind: z.literal("modules") }),
});
