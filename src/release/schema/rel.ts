import type * as z from "zod";
import type { Rel, RelApplication } from "../records.js";
import { startType } from "./instruction.js";
import { atomName, listOf, record, text } from "./leaves.js";

/** rel(4), with the checks of systools_make:check_rel/1. */

export const relApplicationSchema = record(
  {
    name: atomName("bad-application"),
    vsn: text("bad-application-version"),
    type: startType.exactOptional(),
    includedApplications: listOf(atomName("bad-included-application"), "bad-included-applications").exactOptional(),
  },
  "bad-release-application",
) satisfies z.ZodType<RelApplication>;

/** kernel and stdlib are there and permanent (systools_make:mandatory_applications/4); the first of each name counts. */
function checkMandatory(applications: readonly RelApplication[], context: z.core.$RefinementCtx): void {
  for (const name of ["kernel", "stdlib"]) {
    const index = applications.findIndex((application) => application.name === name);
    if (index === -1) {
      context.addIssue({ code: "custom", message: `missing-mandatory-application ${name}` });
    } else if ((applications[index]!.type ?? "permanent") !== "permanent") {
      const message = `mandatory-application-not-permanent ${name}`;
      context.addIssue({ code: "custom", path: [index, "type"], message });
    }
  }
}

export const relSchema = record(
  {
    name: text("bad-release-name"),
    vsn: text("bad-release-version"),
    erts: text("bad-erts-version"),
    applications: listOf(relApplicationSchema, "bad-release-applications").superRefine(checkMandatory),
  },
  "bad-release",
) satisfies z.ZodType<Rel>;
