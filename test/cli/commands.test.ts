import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { COMMANDS, commandsFor } from "../../src/cli/commands.js";

const run = (): Promise<void> => Promise.resolve();

/** The names that commands have given themselves, each with its aliases. */
async function registered(argv: readonly string[]): Promise<string[][]> {
  const program = new Command();
  for (const register of await commandsFor(argv)) register(program, run);
  return program.commands.map((command) => [command.name(), ...command.aliases()]);
}

describe("the commands that are loaded", () => {
  it("are all of them where none is named, under the names that they are known by", async () => {
    const names = COMMANDS.map((command) => command.names);
    expect(await registered(["--help"])).toEqual(names);
    expect(await registered(["help", "tree"])).toEqual(names);
    expect(await registered(["aply"])).toEqual(names);
  });

  it.each(COMMANDS.flatMap(({ names }) => names.map((name) => ({ name, names }))))(
    "are that of the name alone: $name",
    async ({ name, names }) => {
      expect(await registered(["--json", name, "tree"])).toEqual([names]);
    },
  );
});
