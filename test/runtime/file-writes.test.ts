import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bootNode } from "../../src/runtime/embedded-node.js";
import { tupleElements } from "../../src/terms/access.js";
import { printTerm } from "../../src/terms/print.js";
import { atom, binary, list, string, type Term } from "../../src/terms/term.js";
import { describeErlang, useOracle } from "../support/erlang.js";
import { onBoth } from "./support/oracle.js";

describeErlang("files that are written, and digests", () => {
  const oracle = useOracle();
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "relupctl-files-"));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("are as in OTP", async () => {
    await using node = await bootNode({ release: RELEASE });
    // Both find the folder empty.
    const runAndEmpty: typeof oracle.run = async (source, input) => {
      const answer = await oracle.run(source, input);
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder);
      return answer;
    };
    const at = (name: string): string => JSON.stringify(join(folder, name));
    const block = (name: string, modes: string, work: string): string =>
      `case file:open(${at(name)}, ${modes}) of {ok, Fd} -> R = ${work}, {R, file:close(Fd)}; Other -> Other end`;
    const write = "[raw, binary, read, write]";
    const read = "[raw, binary, read]";
    const { ours, theirs } = await onBoth(runAndEmpty, node, [
      `file:write_file(${at("a")}, <<"hello">>)`,
      `file:read_file(${at("a")})`,
      block("a", write, `file:pwrite(Fd, 7, <<"world">>)`),
      `file:read_file(${at("a")})`,
      block("a", read, "{file:pread(Fd, 3, 4), file:pread(Fd, 10, 100), file:pread(Fd, 12, 5)}"),
      block("new", write, `file:pwrite(Fd, 0, <<"x">>)`),
      block("none", read, "ok"),
      block("", read, "ok"),
      `file:rename(${at("new")}, ${at("a")})`,
      `file:read_file(${at("a")})`,
      `file:rename(${at("new")}, ${at("b")})`,
      `file:delete(${at("new")})`,
      `file:delete(${at("a")})`,
      `file:write_file(${at("no/such")}, <<>>)`,
      `file:del_dir_r(${at("gone")})`,
      `file:write_file(${at("c")}, <<"c">>)`,
      `file:del_dir_r(${at("")})`,
      `file:list_dir(${at("")})`,
      `file:write_file(${JSON.stringify(folder)}, <<"a file now">>)`,
      `file:delete(${JSON.stringify(folder)})`,
      `crypto:hash(sha256, <<"abc">>)`,
      `crypto:hash(md5, <<>>)`,
      `erlang:md5(<<"abc">>)`,
      `erlang:prepare_loading(some_module, <<"this is no code">>)`,
    ]);
    expect(ours).toEqual(theirs);
  });

  it("are closed with the process that opened them", async () => {
    await using node = await bootNode({ release: RELEASE });
    mkdirSync(folder, { recursive: true });
    const path = string(join(folder, "kept"));
    const call = async (fun: string, ...args: Term[]): Promise<Term> => {
      const outcome = await node.call({ module: "file", function: fun, args }, { timeoutMs: 20_000 });
      if (outcome.kind !== "returned") throw new Error(outcome.kind);
      return outcome.value;
    };
    const modes = list(atom("raw"), atom("read"), atom("write"));
    const opened = tupleElements(await call("open", path, modes), 2)![1]!;
    expect(printTerm(await call("pwrite", opened, 0, binary("late")))).toBe("{error,einval}");
    expect(readFileSync(join(folder, "kept"), "utf8")).toBe("");
  });
});

const RELEASE = { root: "/", name: "files", vsn: "1", erts: "13.1.5", applications: [] };
