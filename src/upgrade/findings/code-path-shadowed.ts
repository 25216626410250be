import { applicationOfFile, isOtpApplication } from "../otp-applications.js";
import type { Finding } from "../finding.js";
import { firstOf } from "./context.js";
import type { StandingRule } from "./standing.js";

/** Modules of one directory of the code path stand behind those of another one, and can never be loaded. */
export const codePathShadowed: StandingRule = ({ inspection }) =>
  inspection.shadows
    .filter(({ directory, by }) => !isOtpsOwn(directory) || !isOtpsOwn(by))
    .map(({ directory, by, modules }): Finding => ({
      code: "code-path-shadowed",
      severity: "warning",
      summary: `${by} hides ${modules.length === 1 ? modules[0] : `${modules.length} modules`} of ${directory}`,
      detail:
        `Both are in the code path, and the first one is searched first: ${firstOf(modules, 10)}. ` +
        `An upgrade replaces one of the two directories; with the other one before it, the next load gets the wrong code.`,
      hint: `Take one of them out of the code path: code:del_path("${directory}"), and the start's -pa or ERL_LIBS that put it there.`,
      module: modules.length === 1 ? modules[0] : undefined,
      pids: [],
    }));

const isOtpsOwn = (directory: string): boolean => {
  const application = applicationOfFile(`${directory}/any`);
  return application !== undefined && isOtpApplication(application);
};
