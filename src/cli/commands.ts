import type { Command } from "commander";
import type { Run } from "./run.js";

/** Adds a command to the program. */
type Register = (program: Command, run: Run) => void;

/** A command by its names, and what loads the module that it is in. */
interface CommandModule {
  /** The name, then its aliases. */
  readonly names: readonly [string, ...string[]];
  readonly load: () => Promise<Register>;
}

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandModule[] = [
  { names: ["check"], load: async () => (await import("./commands/check.js")).registerCheck },
  { names: ["convert"], load: async () => (await import("./commands/convert.js")).registerConvert },
  { names: ["relup"], load: async () => (await import("./commands/relup.js")).registerRelup },
  { names: ["tree"], load: async () => (await import("./commands/tree.js")).registerTree },
  { names: ["doctor"], load: async () => (await import("./commands/doctor.js")).registerDoctor },
  { names: ["explain"], load: async () => (await import("./commands/explain.js")).registerExplain },
  { names: ["snapshot"], load: async () => (await import("./commands/snapshot.js")).registerSnapshot },
  { names: ["plan"], load: async () => (await import("./commands/plan.js")).registerPlan },
  {
    names: ["apply", "install", "upgrade", "downgrade"],
    load: async () => (await import("./commands/apply.js")).registerApply,
  },
  { names: ["swap"], load: async () => (await import("./commands/swap.js")).registerSwap },
  { names: ["rollback"], load: async () => (await import("./commands/rollback.js")).registerRollback },
  { names: ["recover"], load: async () => (await import("./commands/recover.js")).registerRecover },
  { names: ["journal"], load: async () => (await import("./commands/journal.js")).registerJournal },
  { names: ["versions", "releases"], load: async () => (await import("./commands/versions.js")).registerVersions },
  { names: ["unpack"], load: async () => (await import("./commands/unpack.js")).registerUnpack },
  { names: ["commit"], load: async () => (await import("./commands/commit.js")).registerCommit },
  { names: ["remove"], load: async () => (await import("./commands/remove.js")).registerRemove },
];

/**
 * The command that the first word names, else all of them: for the help, and for what it suggests. Only what is needed is
 * loaded, for the code of all commands takes longer to load than most of them take.
 * @param argv the arguments after the program's name
 */
export async function commandsFor(argv: readonly string[]): Promise<readonly Register[]> {
  const word = argv.find((argument) => !argument.startsWith("-"));
  const meant = COMMANDS.filter(({ names }) => names.some((name) => name === word));
  return await Promise.all((meant.length > 0 ? meant : COMMANDS).map(({ load }) => load()));
}
