import { Atom, type Term, atom, integer, list, string, tuple } from "../../terms/term.js";
import type { BifModule, Context } from "../context.js";
import { badarg } from "../process/raised.js";
import { UNDEFINED, isNamed } from "../support/term.js";

/** Units of time per second. */
const UNITS: Readonly<Record<string, number>> = {
  second: 1,
  millisecond: 1_000,
  microsecond: 1_000_000,
  nanosecond: 1_000_000_000,
  native: 1_000_000_000,
};

function inUnit(ms: number, unit: Term): Term {
  const perSecond = typeof unit === "number" ? unit : unit instanceof Atom ? UNITS[unit.name] : undefined;
  if (perSecond === undefined || perSecond <= 0) return badarg();
  return integer((BigInt(Math.floor(ms * 1000)) * BigInt(perSecond)) / 1_000_000n);
}

/** `{MegaSecs, Secs, MicroSecs}`. */
export function timestamp({ node }: Context): Term {
  const ms = node.clock.wallMs();
  const seconds = Math.floor(ms / 1000);
  return tuple(Math.floor(seconds / 1_000_000), seconds % 1_000_000, Math.floor((ms % 1000) * 1000));
}

/** The functions of module `erlang` about the node and time. */
export const erlangSystem: BifModule = {
  "node/0": ({ node }) => node.processes.name,
  "node/1": (_context, term) => (term instanceof Object && "node" in term ? term.node : badarg()),
  "nodes/0": () => list(),
  "nodes/1": ({ node }, type) => (isNamed(type, "this") ? list(node.processes.name) : list()),
  "is_alive/0": () => atom("true"),
  "make_ref/0": ({ node }) => node.processes.makeRef(),
  "unique_integer/0": ({ node }) => node.processes.uniqueInteger(),
  "unique_integer/1": ({ node }) => node.processes.uniqueInteger(),
  "monotonic_time/0": ({ node }) => inUnit(node.clock.monotonicMs(), atom("native")),
  "monotonic_time/1": ({ node }, unit) => inUnit(node.clock.monotonicMs(), unit),
  "system_time/0": ({ node }) => inUnit(node.clock.wallMs(), atom("native")),
  "system_time/1": ({ node }, unit) => inUnit(node.clock.wallMs(), unit),
  "time_offset/0": ({ node }) => inUnit(node.clock.wallMs() - node.clock.monotonicMs(), atom("native")),
  "timestamp/0": (context) => timestamp(context),
  "now/0": (context) => timestamp(context),
  "system_info/1": ({ node }, item) => {
    switch (item instanceof Atom ? item.name : undefined) {
      case "otp_release":
        return string(node.system.otpRelease);
      case "version":
        return string(node.system.erts);
      case "system_version":
        return string(`relupctl embedded node (OTP ${node.system.otpRelease}) [erts-${node.system.erts}]\n`);
      case "machine":
        return string("relupctl");
      case "system_architecture":
        return string(`javascript-${process.platform}`);
      case "creation":
        return node.processes.creation;
      case "process_count":
        return node.processes.all().length;
      case "process_limit":
        return 262_144;
      case "schedulers":
      case "schedulers_online":
      case "logical_processors":
        return 1;
      case "wordsize":
        return 8;
      case "start_time":
        return 0;
      default:
        return badarg();
    }
  },
  "memory/0": () => {
    const { heapUsed, heapTotal } = process.memoryUsage();
    return list(tuple(atom("total"), heapTotal), tuple(atom("processes"), heapUsed));
  },
  "memory/1": (_context, type) => (isNamed(type, "total") ? process.memoryUsage().heapTotal : badarg()),
  "get_cookie/0": () => atom("nocookie"),
  "halt/0": ({ node }) => {
    node.halt("erlang:halt/0 was called");
    return UNDEFINED;
  },
};
