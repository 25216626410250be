import { describe, expect, it } from "vitest";
import type { LowLevelInstruction } from "../../../src/release/instruction.js";
import { atom, nil, string, type Term } from "../../../src/terms/term.js";
import type { Facts } from "../../../src/upgrade/facts.js";
import { isBlocking, type Finding } from "../../../src/upgrade/finding.js";
import { makePlan } from "../../../src/upgrade/plan.js";
import type { ObjectCode, Upgrade } from "../../../src/upgrade/upgrade.js";
import { advancedUpdate, anUpgrade, aProcess, someFacts } from "../../support/facts.js";

const find = (upgrade: Upgrade, facts: Facts): readonly Finding[] => makePlan(upgrade, facts).findings;
const upgrade = anUpgrade(advancedUpdate("cart"), { code: [{ module: "cart" }] });
const cart = aProcess(2, { callbackModule: "cart" });
const top = aProcess(1, {
  registeredName: "shop_sup",
  type: "supervisor",
  callbackModule: "shop_sup",
  supervisor: undefined,
});

describe("findings", () => {
  it("finds nothing on a healthy node", () => {
    expect(find(upgrade, someFacts({ processes: [top, cart], modules: [{ module: "cart" }] }))).toEqual([]);
  });

  it("callback-not-declared names the process, its supervisor, the modules declared, and what to write", () => {
    const undeclared = aProcess(7, { callbackModule: "cart", modules: ["api"], registeredName: "basket" });
    const [finding] = find(upgrade, someFacts({ processes: [top, undeclared], modules: [{ module: "cart" }] }));
    expect(finding).toMatchObject({
      code: "callback-not-declared",
      severity: "error",
      module: "cart",
      pids: ["<0.7.0>"],
    });
    expect(finding?.detail).toContain("basket (<0.7.0>) under the supervisor shop_sup (<0.1.0>)");
    expect(finding?.detail).toContain("[api]");
    expect(finding?.hint).toContain("Write modules => [cart] in the child specification, release that first");
  });

  it("callback-not-declared is one finding for the children of one supervisor", () => {
    const processes = [7, 8, 9, 10].map((number) => aProcess(number, { callbackModule: "cart", modules: ["api"] }));
    const findings = find(upgrade, someFacts({ processes, modules: [{ module: "cart" }] }));
    expect(findings).toHaveLength(1);
    expect(findings[0]?.pids).toHaveLength(4);
    expect(findings[0]?.detail).toContain("and 1 more");
  });

  it("unsupervised-process", () => {
    const outside = aProcess(7, { callbackModule: "cart", supervised: false, supervisor: undefined, modules: [] });
    expect(find(upgrade, someFacts({ processes: [outside], modules: [{ module: "cart" }] }))).toMatchObject([
      { code: "unsupervised-process", severity: "error", pids: ["<0.7.0>"] },
    ]);
  });

  it("hidden-subtree is an error only where something below it would be missed", () => {
    const disguised = aProcess(5, { callbackModule: "inner_sup", type: "worker" });
    const anomalies = [{ kind: "worker_is_supervisor", pid: "<0.5.0>", application: "shop" }] as const;
    const below = aProcess(6, { callbackModule: "cart", hidden: true, supervisor: "<0.5.0>" });
    const modules = [{ module: "cart" }];
    expect(find(upgrade, someFacts({ processes: [disguised], anomalies, modules }))).toMatchObject([
      { code: "hidden-subtree", severity: "warning" },
    ]);
    expect(find(upgrade, someFacts({ processes: [disguised, below], anomalies, modules }))).toMatchObject([
      { code: "hidden-subtree", severity: "error", pids: ["<0.5.0>", "<0.6.0>"] },
    ]);
  });

  it("code-change-missing, for callbacks but not for supervisors", () => {
    const without = anUpgrade(advancedUpdate("cart"), { code: [{ module: "cart", exportsCodeChange: false }] });
    const modules = [{ module: "cart" }];
    expect(find(without, someFacts({ processes: [cart], modules }))).toMatchObject([{ code: "code-change-missing" }]);
    const supervisor = aProcess(2, { callbackModule: "cart", type: "supervisor" });
    expect(find(without, someFacts({ processes: [supervisor], modules }))).toEqual([]);
  });

  it("code-change-missing looks at the code that is loaded when code_change is called", () => {
    const [objectCode, end, suspend, load, change, resume] = advancedUpdate("cart");
    const down = anUpgrade([objectCode!, end!, suspend!, change!, load!, resume!], {
      direction: "down",
      code: [{ module: "cart", exportsCodeChange: false }],
    });
    expect(find(down, someFacts({ processes: [cart], modules: [{ module: "cart" }] }))).toEqual([]);
    const modules = [{ module: "cart", exportsCodeChange: false }];
    expect(find(down, someFacts({ processes: [cart], modules }))).toMatchObject([{ code: "code-change-missing" }]);
  });

  it("module-missing and module-not-in-app", () => {
    const missing = anUpgrade(advancedUpdate("cart"), { code: [{ module: "cart", md5: undefined }] });
    const unlisted = anUpgrade(advancedUpdate("cart"), { code: [{ module: "cart", listedInApp: false }] });
    const facts = someFacts({ processes: [cart], modules: [{ module: "cart" }] });
    expect(find(missing, facts)).toMatchObject([{ code: "module-missing", severity: "error" }]);
    expect(find(unlisted, facts)).toMatchObject([{ code: "module-not-in-app", severity: "warning" }]);
  });

  it("old-code-in-use", () => {
    const modules = [{ module: "cart", hasOldCode: true, processesOnOldCode: ["<0.9.0>"] }];
    expect(find(upgrade, someFacts({ processes: [cart], modules }))).toMatchObject([
      { code: "old-code-in-use", severity: "error", pids: ["<0.9.0>"] },
    ]);
  });

  it("process-not-responding, for processes that would be suspended", () => {
    const facts = someFacts({ processes: [cart], modules: [{ module: "cart" }], notResponding: ["<0.2.0>"] });
    expect(find(upgrade, facts)).toMatchObject([{ code: "process-not-responding", pids: ["<0.2.0>"] }]);
  });

  it("process-suspended, for workers that would be migrated, and that somebody has left so", () => {
    const facts = someFacts({ processes: [{ ...cart, suspended: true }], modules: [{ module: "cart" }] });
    expect(find(upgrade, facts)).toMatchObject([
      { code: "process-suspended", severity: "error", module: "cart", pids: ["<0.2.0>"] },
    ]);
    const away = someFacts({ processes: [{ ...cart, suspended: false }], modules: [{ module: "cart" }] });
    expect(find(upgrade, away)).toEqual([]);
  });

  it("supervisor-suspended, process-not-responding and dynamic-not-answering for what the walk can't see", () => {
    const anomalies = [
      { kind: "supervisor_suspended", pid: "<0.1.0>", application: "shop" },
      { kind: "supervisor_not_responding", pid: "<0.3.0>", application: "shop" },
      { kind: "dynamic_not_responding", pid: "<0.2.0>", application: "shop" },
    ] as const;
    const codes = find(upgrade, someFacts({ processes: [top, cart], anomalies, modules: [{ module: "cart" }] })).map(
      ({ code }) => code,
    );
    expect(codes).toEqual(["supervisor-suspended", "process-not-responding", "dynamic-not-answering"]);
  });

  it("vsn-not-set where only one of the versions declares one", () => {
    const md5 = 2n ** 100n;
    const facts = someFacts({ processes: [cart], modules: [{ module: "cart" }] });
    const upgradeWith = (previousVsn: Term, vsn: Term): Upgrade =>
      anUpgrade(advancedUpdate("cart"), { code: [{ module: "cart", previousVsn, vsn }] });
    expect(find(upgradeWith(md5, string("1")), facts)).toMatchObject([{ code: "vsn-not-set", severity: "warning" }]);
    expect(find(upgradeWith(md5, md5 + 1n), facts)).toEqual([]);
    expect(find(upgradeWith(string("0"), string("1")), facts)).toEqual([]);
  });

  describe("of an old version that code_change doesn't take", () => {
    const md5 = 2n ** 100n;
    const facts = someFacts({ processes: [cart], modules: [{ module: "cart" }] });
    const none = someFacts({ modules: [{ module: "cart" }] });
    const found = (
      code: Partial<ObjectCode>,
      literals: readonly Term[],
      given: Partial<Upgrade> & { takesOthers?: boolean; facts?: Facts } = {},
    ) => {
      const { takesOthers = false, facts: on = facts, ...more } = given;
      const expectedVsns = { patterns: { literals, takesOthers }, saysVersion: false };
      return find(
        anUpgrade(advancedUpdate("cart"), { ...more, code: [{ module: "cart", ...code, expectedVsns }] }),
        on,
      );
    };
    const undeclared = { previousVsn: md5, vsn: md5 + 1n };
    const declared = { previousVsn: string("1"), vsn: string("2") };

    it("vsn-not-set is an error where no clause takes an MD5, and a process would be given one", () => {
      expect(found(undeclared, [string("1")])).toMatchObject([{ code: "vsn-not-set", severity: "error" }]);
      expect(found(undeclared, [string("1")], { facts: none })).toMatchObject([{ severity: "warning" }]);
      expect(found(undeclared, [string("1")], { takesOthers: true })).toMatchObject([
        { code: "vsn-not-set", severity: "warning" },
      ]);
      expect(found(undeclared, [md5])).toEqual([]);
      expect(found(undeclared, [], { takesOthers: true })).toEqual([]);
    });

    it("vsn-not-set of modules by hand says how to give the version", () => {
      const [finding] = found(undeclared, [string("1")], { kind: "modules" });
      expect(finding?.hint).toContain("--from-vsn");
    });

    it("vsn-not-matched says which clause is missing, either way", () => {
      expect(found(declared, [string("0")])).toMatchObject([
        {
          code: "vsn-not-matched",
          severity: "error",
          summary: 'code_change of cart has no clause for "1"',
          hint: expect.stringContaining('code_change("1", ...)') as string,
        },
      ]);
      expect(found(declared, [string("0")], { direction: "down" })).toMatchObject([
        { code: "vsn-not-matched", hint: expect.stringContaining('code_change({down, "2"}, ...)') as string },
      ]);
      expect(found(declared, [], { direction: "down" })).toMatchObject([
        { code: "vsn-not-matched", summary: "code_change of cart has no clause for a downgrade" },
      ]);
      expect(found(undeclared, [])).toMatchObject([
        { code: "vsn-not-matched", summary: "code_change of cart has no clause for an upgrade" },
      ]);
      expect(found(declared, [string("0")], { facts: none })).toMatchObject([{ severity: "warning" }]);
      expect(found(declared, [string("0"), string("1")])).toEqual([]);
      expect(found(declared, [string("0")], { takesOthers: true })).toEqual([]);
    });
  });

  it("apply-before-point-of-no-return, and not after it", () => {
    const apply: LowLevelInstruction = {
      instruction: "apply",
      mfa: { module: "shop", function: "prepare", args: [nil] },
    };
    const facts = someFacts({ processes: [cart], modules: [{ module: "cart" }] });
    const script = advancedUpdate("cart");
    const code = [{ module: "cart" }];
    expect(find(anUpgrade([apply, ...script], { code }), facts)).toMatchObject([
      { code: "apply-before-point-of-no-return", severity: "warning" },
    ]);
    expect(find(anUpgrade([...script, apply], { code }), facts)).toEqual([]);
  });

  it("restarts-emulator and sync-nodes stand in the way", () => {
    const script: LowLevelInstruction[] = [
      { instruction: "point_of_no_return" },
      { instruction: "sync_nodes", id: atom("all"), nodes: ["a@host"] },
      { instruction: "restart_emulator" },
    ];
    const findings = find({ ...anUpgrade(script), executor: "relupctl" }, someFacts({}));
    expect(findings.map(({ code }) => code)).toEqual(["restarts-emulator", "sync-nodes"]);
    expect(findings.every((finding) => isBlocking(finding))).toBe(true);
    expect(findings.some((finding) => isBlocking(finding, ["restarts-emulator", "sync-nodes"]))).toBe(false);
  });

  it("restarts-emulator stands in no way of a release, which OTP's release handler upgrades then", () => {
    const script: LowLevelInstruction[] = [{ instruction: "point_of_no_return" }, { instruction: "restart_emulator" }];
    const [finding] = find({ ...anUpgrade(script), kind: "release" }, someFacts({}));
    expect(finding).toMatchObject({ code: "restarts-emulator", severity: "warning" });
    expect(finding!.detail).toMatch(/^OTP's release handler on the node will execute it/);
    const [alone] = find({ ...anUpgrade(script), kind: "application" }, someFacts({}));
    expect(alone).toMatchObject({ code: "restarts-emulator", severity: "error" });
  });

  it("old-object-code-missing where the file is not what is loaded", () => {
    const other = anUpgrade(advancedUpdate("cart"), { code: [{ module: "cart", previousMd5: "ee" }] });
    expect(find(other, someFacts({ processes: [cart], modules: [{ module: "cart" }] }))).toMatchObject([
      { code: "old-object-code-missing", severity: "warning" },
    ]);
  });
});
