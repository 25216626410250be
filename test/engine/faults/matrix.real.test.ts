import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildApplications, type BuiltApplications } from "../../support/erlang-application.js";
import { describeErlang } from "../../support/erlang.js";
import { Bench, type Found } from "./cell.js";
import { COLUMNS, stopClients, type Column } from "./columns.js";
import { FaultsNode } from "./node.js";
import { tableText, writeTable, writtenTable } from "./table.js";
import type { Moment } from "./upgrade.js";

/**
 * The fault matrix: every act of an upgrade (five workers in two modules, a supervisor, a configuration) x every kind of
 * fault. After each the node is all old, or all new; nothing is suspended; the journal says what happened; and a second
 * try succeeds. Where RELUPCTL_FAULTS says \`part\` a third of the cells is done, each column at other acts; \`write\` writes
 * the table in docs/reliability.md.
 */
const WISH = process.env["RELUPCTL_FAULTS"] ?? "";

describeErlang("a fault at any moment of an upgrade", () => {
  let built: BuiltApplications;
  let journals: string;
  let rows: readonly string[] = [];
  const found = new Map<string, Found[][]>();

  beforeAll(async () => {
    built = await buildApplications(["faults-1", "faults-2"]);
    journals = await mkdtemp(join(tmpdir(), "relupctl-faults-"));
  });
  afterAll(async () => {
    stopClients();
    await built[Symbol.asyncDispose]();
    await rm(journals, { recursive: true, force: true });
  });

  const momentsOf = ({ moments }: Column, act: number, column: number): readonly Moment[] =>
    WISH !== "part" || (act + column) % 3 === 0 ? moments : [];

  it.concurrent.for(COLUMNS.map((column, index) => ({ ...column, index })))(
    "$title: the node is right again by itself, and a second try succeeds",
    { timeout: 480_000 },
    async (column, context) => {
      const { title, allowed, run, hasEnd } = column;
      await using bench = await Bench.open(await FaultsNode.start(built.lib), join(journals, title));
      rows = bench.names;
      const cells: Found[][] = [];
      found.set(title, cells);
      for (let act = 0; act < bench.acts; act++) {
        cells[act] = [];
        for (const moment of momentsOf(column, act, column.index)) {
          const result = await run(bench, { moment, act }).catch((error: unknown) => {
            throw new Error(`${title}: ${moment} ${bench.names[act]!}`, { cause: error });
          });
          context.expect(allowed, `${title}: ${moment} ${bench.names[act]!}`).toContain(result);
          cells[act]!.push(result);
        }
      }
      cells[bench.acts] = hasEnd === true ? [await run(bench, { moment: "after", act: bench.acts })] : [];
      if (hasEnd === true) context.expect(cells[bench.acts]).toEqual(["new"]);
    },
  );

  it("stands in docs/reliability.md", () => {
    const columns = COLUMNS.map(({ title }) => title);
    const cells = [...rows, "when all is done"].map((_, row) => columns.map((title) => found.get(title)?.[row] ?? []));
    const text = tableText({ columns, rows: [...rows, "when all is done"], cells });
    if (WISH === "write") writeTable(text);
    // What was found may differ where it is chance; the acts and the kinds of faults may not.
    const shape = (table: string): string[] => {
      const [head, , ...lines] = table.split("\n").filter((line) => line.startsWith("|"));
      return [head!, ...lines.map((line) => line.split("|")[1]!)].map((each) => each.replace(/\s+/g, " "));
    };
    expect(shape(writtenTable())).toEqual(shape(text));
    expect(writtenTable()).toContain("never anything else");
  });
});
