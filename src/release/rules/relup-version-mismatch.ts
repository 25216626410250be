import { defineRule } from "./rule.js";

/** release_handler:get_rh_script/4 refuses a relup whose version is another one. */
export const relupVersionMismatch = defineRule({
  code: "relup-version-mismatch",
  severity: "error",
  meaning: "The version that a relup is for isn't that of the release it lies with, so OTP refuses the upgrade.",
  check: ({ releases }) =>
    releases.flatMap(({ rels: [rel], relup }) => {
      if (rel === undefined || relup === undefined || rel.record.vsn === relup.record.vsn) return [];
      return [
        {
          summary: `the relup is for version ${relup.record.vsn}, but the release's version is ${rel.record.vsn}`,
          detail: `${rel.file} says so. release_handler refuses such a relup as a bad one (bad_relup_file).`,
          hint: "Make the relup anew, or move it to the directory of its release.",
          span: relup.locate(["vsn"]),
        },
      ];
    }),
});
