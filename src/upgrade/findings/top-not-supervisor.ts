import type { Finding } from "../finding.js";
import { nameOf } from "./context.js";
import type { StandingRule } from "./standing.js";
import { isOtpApplication } from "../otp-applications.js";

/**
 * An application's top process is no supervisor. OTP's walk asks it for its children all the same. One that doesn't tell
 * its module in OTP's way may be a supervisor nevertheless: Elixir's DynamicSupervisor of today.
 */
export const topNotSupervisor: StandingRule = ({ facts }) =>
  facts.anomalies
    .filter(({ kind, application }) => kind === "callback_module_unknown" && !isOtpApplication(application))
    .map(({ pid, application }) => ({ pid, application, process: facts.processes.find(({ text }) => text === pid) }))
    .filter(({ process }) => process?.kind !== "supervisor")
    .map(({ pid, application, process }): Finding => {
      return {
        code: "top-not-supervisor",
        severity: "warning",
        summary: `${process === undefined ? pid : nameOf(process)} is the top process of ${application}, and no supervisor`,
        detail:
          `start/2 of an application should give its top supervisor. OTP's release handler asks the top process for its ` +
          `children: one that doesn't know the question ends of it, or every install stops with a timeout. relupctl ` +
          `doesn't ask; what ${application} runs is not found by a walk.`,
        hint: `Let start/2 of ${application} start a supervisor with this process as its child, also where it would be the only one.`,
        module: process?.callbackModule,
        pids: [pid],
      };
    });
