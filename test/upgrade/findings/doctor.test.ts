import { describe, expect, it } from "vitest";
import { parseTerm } from "../../../src/terms/parse.js";
import { atom, type Term } from "../../../src/terms/term.js";
import type { CodeFacts } from "../../../src/upgrade/code-facts.js";
import { diagnose } from "../../../src/upgrade/diagnosis.js";
import { childSpecsChanged } from "../../../src/upgrade/findings/child-specs-changed.js";
import { embeddedMode } from "../../../src/upgrade/findings/embedded-mode.js";
import { moduleWithoutInstruction } from "../../../src/upgrade/findings/module-without-instruction.js";
import { childSpecText } from "../../../src/upgrade/findings/child-spec-text.js";
import { consolidatedProtocols } from "../../../src/upgrade/findings/consolidated-protocols.js";
import { diskAlmostFull } from "../../../src/upgrade/findings/disk-almost-full.js";
import { notWritable } from "../../../src/upgrade/findings/not-writable.js";
import { oldCodeInUseAnywhere } from "../../../src/upgrade/findings/old-code-in-use.js";
import { otpMismatch } from "../../../src/upgrade/findings/otp-mismatch.js";
import { topNotSupervisor } from "../../../src/upgrade/findings/top-not-supervisor.js";
import { sysConfigChanged } from "../../../src/upgrade/findings/sys-config-changed.js";
import type { Finding } from "../../../src/upgrade/finding.js";
import { applicationOfFile, isOtpApplication } from "../../../src/upgrade/otp-applications.js";
import { makePlan } from "../../../src/upgrade/plan.js";
import { advancedUpdate, anUpgrade, aProcess, someFacts } from "../../support/facts.js";
import { aContext, anInspection } from "./inspected.js";

const codes = (findings: readonly Finding[]): string[] => findings.map(({ code }) => code);
const CODE: CodeFacts = {
  compiler: "8.2.3",
  loadsNif: false,
  initCalls: [],
  initChildren: undefined,
};

/** What can't be made on every machine; the rest is on real nodes, in test/engine/doctor. */
describe("findings of doctor", () => {
  it("disk-almost-full from 95 percent on", () => {
    const disks = (used: number) => anInspection({ disks: [{ mount: "/", totalKiB: 10_485_760, used }] });
    const [finding, ...more] = diskAlmostFull({ facts: someFacts({}), inspection: disks(96) });
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ code: "disk-almost-full", summary: "/ is 96% full" });
    expect(finding?.detail).toContain("410 MiB");
    expect(diskAlmostFull({ facts: someFacts({}), inspection: disks(94) })).toEqual([]);
  });

  it("top-not-supervisor, but not of a supervisor that doesn't tell its module in OTP's way", () => {
    const found = (kind: "supervisor" | "gen_server"): string[] => {
      const top = aProcess(2, { callbackModule: "cart", supervisor: undefined, hidden: true, kind });
      const anomalies = [{ kind: "callback_module_unknown", pid: top.text, application: "shop" } as const];
      return codes(
        topNotSupervisor({ facts: someFacts({ processes: [top], anomalies }), inspection: anInspection({}) }),
      );
    };
    expect(found("gen_server")).toEqual(["top-not-supervisor"]);
    expect(found("supervisor")).toEqual([]);
  });

  it("not-writable, for an upgrade of a release only", () => {
    const inspection = { notWritable: ["/srv/releases"] };
    expect(notWritable(aContext({ inspection }))).toMatchObject([{ code: "not-writable", severity: "warning" }]);
    const upgrade = anUpgrade(advancedUpdate("cart"), { kind: "application" });
    expect(notWritable(aContext({ inspection, upgrade }))).toEqual([]);
  });

  it("otp-mismatch by the first two numbers of the compiler, and not where such code runs already", () => {
    const looked = (next: string, previous: string | undefined, nodeCompiler: string | undefined = "8.2") => ({
      nodeCompiler,
      code: new Map([["cart", { next: { ...CODE, compiler: next }, previous: { ...CODE, compiler: previous } }]]),
    });
    const on = (otpRelease: string, ...args: Parameters<typeof looked>) =>
      codes(otpMismatch(aContext({ looked: looked(...args), facts: { ...someFacts({}), otpRelease } })));
    const found = (...args: Parameters<typeof looked>) => on("25", ...args);
    expect(found("8.4", "8.2.1")).toEqual(["otp-mismatch"]);
    expect(found("9.0", undefined)).toEqual(["otp-mismatch"]);
    expect(found("8.2.9", "8.2.1")).toEqual([]);
    expect(found("8.0", "8.2.1")).toEqual([]);
    expect(found("8.4", "8.4.1")).toEqual([]);
    expect(codes(otpMismatch(aContext({ looked: { ...looked("9.0", "8.2"), nodeCompiler: undefined } })))).toEqual([]);
    // OTP 27.3 was made by an older compiler than its own.
    expect(on("27", "8.6.1", undefined, "8.5.4")).toEqual([]);
    expect(on("27", "9.0", undefined, "8.5.4")).toEqual(["otp-mismatch"]);
    expect(on("26", "8.5", undefined, "8.3")).toEqual(["otp-mismatch"]);
    // Of later releases it isn't known with which compiler they begin.
    expect(on("41", "20.1", undefined, "20.1.7")).toEqual([]);
    expect(on("41", "20.2", undefined, "20.1.7")).toEqual(["otp-mismatch"]);
  });

  it("otp-mismatch by ERTS, and not where the script restarts the emulator", () => {
    const looked = { erts: { wanted: "14.0", running: "13.1.5" } };
    expect(codes(otpMismatch(aContext({ looked })))).toEqual(["otp-mismatch"]);
    expect(codes(otpMismatch(aContext({ looked: { erts: { wanted: "14.0", running: "14.0" } } })))).toEqual([]);
    const upgrade = anUpgrade([{ instruction: "restart_new_emulator" }]);
    expect(codes(otpMismatch(aContext({ looked, upgrade })))).toEqual([]);
  });

  it("consolidated-protocols that an application's own would replace", () => {
    const looked = { consolidated: { replaced: ["Elixir.Price"], unknown: [] } };
    expect(consolidatedProtocols(aContext({ looked }))).toMatchObject([
      { module: "Elixir.Price", severity: "warning" },
    ]);
    expect(consolidatedProtocols(aContext({}))).toEqual([]);
  });

  it("sys-config-changed shows no secret, neither by its key nor inside a value, and cuts what is long", () => {
    const before = parseTerm("[{shop, [{a, 1}, {same, 2}, {secret_key_base, x}]}]");
    const after = parseTerm(
      `[{shop, [{same, 2}, {secret_key_base, y}, {repo, [{password, "p4"}]}, {long, "${"x".repeat(200)}"}]}]`,
    );
    const [finding] = sysConfigChanged(aContext({ looked: { config: { before, after } } }));
    expect(finding?.detail.split("\n")).toEqual([
      "- shop a 1",
      `+ shop long "${"x".repeat(79)}...`,
      "+ shop repo (not shown)",
      "- shop secret_key_base (not shown)",
      "+ shop secret_key_base (not shown)",
    ]);
    expect(sysConfigChanged(aContext({ looked: { config: { before, after: before } } }))).toEqual([]);
  });

  it("old-code-in-use says where it wasn't looked", () => {
    const inspection = anInspection({ oldCodeNotLookedAt: ["a", "b"] });
    expect(oldCodeInUseAnywhere({ facts: someFacts({}), inspection })).toMatchObject([
      { severity: "info", detail: expect.stringContaining("a, b") as string },
    ]);
  });
});

describe("the lines of an appup to write", () => {
  const MODULE = "Elixir.Shop.Cart";
  const unnamed = (change: "added" | "changed") => [{ application: "shop", module: MODULE, change }];
  /** Every instruction in a text, as it would be read from an appup. */
  const instructionsIn = (text: string): Term[] =>
    [...text.matchAll(/\{(?:load_module|add_module|delete_module|update|apply), ?[^.]*?'[^']*'.*?\}(?=[ ,.]|$)/g)].map(
      ([instruction]) => parseTerm(instruction),
    );

  it("are as Erlang reads them, also of modules of Elixir", () => {
    const changed = moduleWithoutInstruction(aContext({ looked: { unnamed: unnamed("changed") } }))[0]!;
    expect(instructionsIn(changed.hint)).toEqual([
      parseTerm(`{load_module, '${MODULE}'}`),
      parseTerm(`{update, '${MODULE}', {advanced, []}}`),
    ]);
    const added = embeddedMode(
      aContext({ inspection: { mode: "embedded" }, looked: { unnamed: unnamed("added") } }),
    )[0]!;
    expect(instructionsIn(added.hint)).toEqual([
      parseTerm(`{add_module, '${MODULE}'}`),
      parseTerm(`{delete_module, '${MODULE}'}`),
    ]);
  });

  it("say where a supervisor has no name that they could call it by", () => {
    const process = (registeredName: string | undefined) =>
      aProcess(1, { type: "supervisor", callbackModule: MODULE, registeredName });
    const hintFor = (registeredName: string | undefined): string => {
      const looked = {
        code: new Map([
          [
            MODULE,
            {
              next: { ...CODE, initChildren: [{ id: atom("new"), type: undefined, modules: undefined }] },
              previous: CODE,
            },
          ],
        ]),
        supervisors: [{ pid: "<0.1.0>", module: MODULE, children: [] }],
      };
      return childSpecsChanged(aContext({ looked, facts: someFacts({ processes: [process(registeredName)] }) }))[0]!
        .hint;
    };
    expect(hintFor("Elixir.Shop.Sup")).toBe(
      `Write in the appup {update, '${MODULE}', supervisor}, {apply, {supervisor, restart_child, ['Elixir.Shop.Sup', new]}}.`,
    );
    expect(hintFor(undefined)).toContain("restart_child, [Sup, new]}}. It has no registered name");
  });
});

describe("a diagnosis", () => {
  const undeclared = aProcess(7, { callbackModule: "cart", modules: ["api"] });
  const facts = someFacts({ processes: [undeclared], modules: [{ module: "cart" }] });
  const callbacks = new Map([
    ["cart", { file: "/lib/shop-1/ebin/cart.beam", application: "shop", answersSystemMessages: true }],
  ]);
  const { looked } = aContext({});

  it("says what the upgrade and the node both have once, and puts errors first", () => {
    const inspection = anInspection({ callbacks, disks: [{ mount: "/", totalKiB: 1, used: 99 }] });
    const plan = makePlan(anUpgrade(advancedUpdate("cart"), { code: [{ module: "cart" }] }), facts);
    const found = diagnose(facts, inspection, { plan, looked });
    expect(codes(found)).toEqual(["callback-not-declared", "disk-almost-full"]);
    expect(found[0]?.summary).toContain("would be changed");
    expect(diagnose(facts, inspection)[0]?.summary).toContain("doesn't say so");
  });

  it("says both where the upgrade is about other processes", () => {
    const plan = makePlan(anUpgrade(advancedUpdate("other"), { code: [{ module: "other" }] }), facts);
    expect(codes(diagnose(facts, anInspection({ callbacks }), { plan, looked }))).toEqual(["callback-not-declared"]);
  });

  it("passes over what belongs to OTP or Elixir, by its place or by its module", () => {
    const inElixir = new Map([["cart", { ...callbacks.get("cart")!, application: "elixir" }]]);
    expect(diagnose(facts, anInspection({ callbacks: inElixir }))).toEqual([]);
    const inSsl = someFacts({ processes: [{ ...undeclared, application: "ssl" }] });
    expect(diagnose(inSsl, anInspection({ callbacks }))).toEqual([]);
    expect(isOtpApplication("shop")).toBe(false);
  });
});

describe("the child specification to write", () => {
  const start = {
    id: atom("Elixir.Shop.Cart"),
    module: "Elixir.Shop.Cart",
    function: "start_link",
    args: "[1, []]",
    settings: {},
  };
  const text = (callbackModule: string, given: Partial<typeof start> | undefined): string => {
    const process = aProcess(7, { callbackModule });
    const specifications = new Map(given === undefined ? [] : [[process.text, { ...start, ...given }] as const]);
    return childSpecText(process, anInspection({ specifications }), { modules: [callbackModule] });
  };

  it("is in Erlang, or in Elixir for its modules", () => {
    expect(text("shop_cart", { id: atom("cart"), module: "shop_api", args: "[{a,1}]" })).toBe(
      "#{id => cart, start => {shop_api, start_link, [{a,1}]}, modules => [shop_cart]}",
    );
    expect(text("Elixir.Shop.Server", {})).toBe(
      "%{id: Shop.Cart, start: {Shop.Cart, :start_link, [1, []]}, modules: [Shop.Server]}",
    );
    expect(text("Elixir.Shop.Server", { args: "[#{a => 1}]", id: atom("it's") })).toBe(
      '%{id: :"it\'s", start: {Shop.Cart, :start_link, [...]}, modules: [Shop.Server]}',
    );
  });

  it("keeps what is said besides", () => {
    const settings = { restart: atom("transient"), shutdown: 30_000 };
    expect(text("shop_cart", { id: atom("cart"), module: "shop_api", args: "[]", settings })).toBe(
      "#{id => cart, start => {shop_api, start_link, []}, restart => transient, shutdown => 30000, modules => [shop_cart]}",
    );
    expect(text("Elixir.Shop.Server", { args: "[]", settings })).toBe(
      "%{id: Shop.Cart, start: {Shop.Cart, :start_link, []}, restart: :transient, shutdown: 30000, modules: [Shop.Server]}",
    );
  });

  it("leaves out what isn't known", () => {
    expect(text("shop_cart", undefined)).toBe("#{..., modules => [shop_cart]}");
  });
});

it.each([
  ["/usr/lib/erlang/lib/ssl-10.8.7/ebin/ssl.beam", "ssl"],
  ["/srv/lib/my_shop/ebin/x.beam", "my_shop"],
  ["/usr/lib/elixir/lib/elixir/ebin/Elixir.Task.beam", "elixir"],
  ["/srv/releases/1/consolidated/Elixir.Enumerable.beam", undefined],
])("the application of %s is %s", (file, application) => {
  expect(applicationOfFile(file)).toBe(application);
});
