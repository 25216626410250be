import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { judge } from "../../src/release/draft/judge.js";
import { TermNode } from "../../src/release/erlang/node.js";
import type { KindName } from "../../src/release/kinds/kind.js";
import { kinds, readApp } from "../../src/release/read.js";
import { decodeScript, encodeInstruction } from "../../src/release/script.js";
import { encodeTerm } from "../../src/terms/etf/encode.js";
import { printTerm } from "../../src/terms/print.js";
import { atom, List, string, Tuple, tuple, type Term } from "../../src/terms/term.js";
import { describeErlang, useOracle } from "../support/erlang.js";
import { anyApp, anyInstruction, anyRel, runs } from "./arbitrary.js";
import { mutated } from "./mutate.js";

/** Writes each term of a list to the file and asks `Check` of it: a byte for each, 1 where OTP takes it. */
const asking = (file: string, check: string): string => `
  [case catch begin
     ok = file:write_file(${JSON.stringify(file)}, unicode:characters_to_binary(
       io_lib:format("%% coding: utf-8~n~tp.~n", [Term]))),
     ${check}
   end of
     accepted -> 1;
     _ -> 0
   end || Term <- binary_to_term(Input)].`;

/** Compares what OTP takes with what we take, for many terms, and sees that there is enough of both. */
async function compare(
  terms: fc.Arbitrary<Term>,
  ask: (batch: Uint8Array) => Promise<Buffer>,
  accepts: (term: Term) => boolean,
): Promise<void> {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const batch = fc.sample(terms, { numRuns: runs(700), seed });
  const otp = await ask(encodeTerm(new List(batch)));
  const wrong = batch.filter((term, index) => accepts(term) !== (otp[index] === 1));
  const shortest = wrong.map(
    (term) => `${printTerm(term)}: ${accepts(term) ? "accepted, OTP refuses it" : "refused, OTP accepts it"}`,
  );
  expect(shortest.toSorted((a, b) => a.length - b.length).slice(0, 3), `seed ${seed}`).toEqual([]);
  const accepted = otp.filter((answer) => answer === 1).length;
  expect(accepted).toBeGreaterThan(50);
  expect(batch.length - accepted).toBeGreaterThan(50);
}

function isValid(name: KindName, term: Term): boolean {
  const kind = kinds[name];
  return judge<unknown>(kind.schema, kind.read(new TermNode(term, () => undefined))).ok;
}

const repeatsName = (term: Term): boolean =>
  readApp(`${printTerm(term)}.`, "x.app").warnings.some(({ code }) => code === "repeated-name");

describeErlang("what OTP accepts", () => {
  const oracle = useOracle();
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "relupctl-manifests-"));
  });
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it("as a .rel (systools_make:read_release/2) is what we accept", async () => {
    const check = `case systools_make:read_release("x", [${JSON.stringify(directory)}]) of {ok, _, _} -> accepted end`;
    await compare(
      mutated(anyRel.map(kinds.rel.encode)),
      (batch) => oracle.run(asking(join(directory, "x.rel"), check), batch),
      (term) => isValid("rel", term),
    );
  });

  it("as an .app (systools_make:read_application/4) is what we accept", async () => {
    // It asks for a version that no term has: all checks are made, then the version is found to be another one.
    const check = `case systools_make:read_application("x", none, [${JSON.stringify(directory)}], []) of
      {error, {no_valid_version, _}} -> accepted end`;
    // Since OTP 26 it refuses names that stand twice in a list, of which we warn.
    const refusesRepeated = (await oracle.otpRelease()) >= 26;
    await compare(
      mutated(anyApp.map(kinds.app.encode)),
      (batch) => oracle.run(asking(join(directory, "x.app"), check), batch),
      (term) => isValid("app", term) && !(refusesRepeated && repeatsName(term)),
    );
  });

  it("as an instruction (systools_rc:check_syntax/1) is what we accept", async () => {
    const syntax = `
      [case catch systools_rc:translate_scripts(up, [[Term]], [], []) of
         {ok, _} -> 1;
         {error, systools_rc, {Tag, _}} -> case lists:member(Tag, [no_object_code, suspended_not_resumed,
           resumed_not_suspended, code_change_not_suspended, start_not_stop, stop_not_start, no_such_application,
           removed_application_present, no_such_module, undef_module, bad_op_before_point_of_no_return,
           no_appl_vsn, muldef_module]) of true -> 1; false -> 0 end;
         {error, systools_rc, {conflicting_versions, _, _, _}} -> 1;
         _ -> 0
       end || Term <- binary_to_term(Input)].`;
    await compare(
      mutated(anyInstruction.map(encodeInstruction)).filter((term) => !isStricter(term)),
      (batch) => oracle.run(syntax, batch),
      (term) => decodeScript(new List([term])).ok,
    );
  });
});

const stringlike = (term: Term | undefined): boolean =>
  term instanceof List && !isValid("appup", tuple(term, new List([]), new List([])));
const isImproper = (term: Term | undefined): boolean => term instanceof List && !term.isProper;

/**
 * Instructions that check_syntax lets pass but nothing can execute, which we refuse: restart and reboot, lists of
 * instructions within the list, improper lists of arguments, versions that are lists but no strings, timeouts that no
 * receive takes.
 */
function isStricter(term: Term): boolean {
  if (term instanceof List || term === atom("restart") || term === atom("reboot")) return true;
  if (!(term instanceof Tuple)) return false;
  const [name, argument, second] = term.elements;
  const inner = argument instanceof Tuple ? argument.elements : [];
  if (name === atom("load_object_code")) return stringlike(inner[1]);
  if (name === atom("apply")) return isImproper(inner[2]);
  if (name === atom("sync_nodes")) return second instanceof Tuple && isImproper(second.elements[2]);
  if (name === atom("suspend")) return argument instanceof List && argument.elements.some(hasLongTimeout);
  return name === atom("update") && term.elements.some(isLong);
}

const isLong = (term: Term): boolean => typeof term === "bigint" || (typeof term === "number" && term > 0xffff_ffff);
const hasLongTimeout = (term: Term): boolean => term instanceof Tuple && term.elements.some(isLong);

it("is stricter than OTP only where an instruction can't be executed", () => {
  const mfa = tuple(atom("m"), atom("f"), new List([1], 2));
  for (const term of [
    atom("restart"),
    atom("reboot"),
    new List([atom("restart_emulator")]),
    tuple(atom("apply"), mfa),
    tuple(atom("load_object_code"), tuple(atom("a"), new List([atom("b")]), new List([]))),
    tuple(atom("suspend"), new List([tuple(atom("m"), 2 ** 32)])),
    tuple(atom("sync_nodes"), string("id"), mfa),
  ]) {
    expect(isStricter(term)).toBe(true);
    expect(decodeScript(new List([term])).ok).toBe(false);
  }
});

describeErlang("a parameter that stands twice in an environment", () => {
  const oracle = useOracle();

  it("is loaded by OTP 25, and not by 27", async () => {
    const release = await oracle.otpRelease();
    // When it came to be refused between these is not known here.
    if (release !== 25 && release < 27) return;
    const answer =
      await oracle.run(`case application:load({application, twice, [{description, ""}, {vsn, "1"}, {modules, []},
      {registered, []}, {applications, []}, {env, [{k, 1}, {k, 1}]}]}) of ok -> "ok"; {error, _} -> "error" end.`);
    expect(answer.toString()).toBe(release === 25 ? "ok" : "error");
  });
});
