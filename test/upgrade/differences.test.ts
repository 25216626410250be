import { describe, expect, it } from "vitest";
import type { PlanBasis } from "../../src/upgrade/basis.js";
import { differencesOf, differenceText, type Difference } from "../../src/upgrade/differences.js";
import { makePlan } from "../../src/upgrade/plan.js";
import { atom, string } from "../../src/terms/term.js";
import { advancedUpdate, anUpgrade, aProcess, someFacts } from "../support/facts.js";

const MD5 = { old: "a".repeat(32), next: "b".repeat(32), other: "c".repeat(32) };

const basis = makePlan(
  anUpgrade(advancedUpdate("cart"), {
    code: [{ module: "cart", md5: MD5.next, vsn: string("2"), previousMd5: MD5.old, previousVsn: string("1") }],
    libraries: [{ application: "shop", vsn: "2", directory: "/lib/shop-2" }],
  }),
  someFacts({
    processes: [aProcess(2, { callbackModule: "cart" })],
    modules: [{ module: "cart", md5: MD5.old, vsn: string("1") }],
  }),
).basis;

const otherwise = (given: Partial<PlanBasis>): Difference[] => differencesOf(basis, { ...basis, ...given });
const told = (given: Partial<PlanBasis>): string[] => otherwise(given).map(differenceText);
const code = (md5: string, vsn: string | null) => ({ md5, vsn });

describe("the differences of what two plans rest on", () => {
  it("are none of the same", () => {
    expect(otherwise({})).toEqual([]);
  });

  it.each<[string, Partial<PlanBasis>, string[]]>([
    ["another node", { node: "b@host" }, ["the node is b@host; the plan is for test@host"]],
    ["another OTP", { otpRelease: "27" }, ["the node runs OTP 27; it was OTP 25"]],
    ["another application", { name: "store" }, ["it upgrades the release store; the plan is for the release shop"]],
    ["another running version", { from: "1.1" }, ["version 1.1 runs; it was 1"]],
    ["another new version", { to: "3" }, ["it leads to version 3; the plan leads to 2"]],
    ["what is missed", { includeMissed: true }, ["missed processes are included; the plan doesn't include them"]],
    ["the other way", { direction: "down" }, ["it is a downgrade; the plan is an upgrade"]],
    [
      "applications",
      { applications: { shop: "1.1", tools: "1" } },
      ["application shop is now 1.1; it was 1", "application tools runs now, and didn't: 1"],
    ],
    ["an application that ended", { applications: {} }, ["application shop doesn't run any more: 1"]],
    [
      "loaded code",
      { modules: { cart: code(MD5.other, '"1.1"') } },
      [`the loaded code of cart is now MD5 ${MD5.other}, vsn "1.1"; it was MD5 ${MD5.old}, vsn "1"`],
    ],
    [
      "code that isn't loaded any more",
      { modules: { cart: null } },
      [`the loaded code of cart is not loaded any more: MD5 ${MD5.old}, vsn "1"`],
    ],
    [
      "new object code",
      { objectCode: { cart: { ...basis.objectCode["cart"]!, next: code(MD5.other, null) } } },
      [`the new object code of cart is now MD5 ${MD5.other}; it was MD5 ${MD5.next}, vsn "2"`],
    ],
    [
      "the file of the running code",
      { objectCode: { cart: { ...basis.objectCode["cart"]!, previous: null } } },
      [`the file of the running code of cart can't be read any more: MD5 ${MD5.old}, vsn "1"`],
    ],
    ["libraries", { libraries: { shop: "2.1" } }, ["library shop is now 2.1; it was 2"]],
  ])("tell %s", (_, given, expected) => {
    expect(told(given)).toEqual(expected);
  });

  it("tell the steps between the first and the last that differ", () => {
    const [first, ...rest] = basis.script;
    expect(told({ script: [first!, "{purge,[cart]}", ...rest] })).toEqual(["step 2 is new: {purge,[cart]}"]);
    expect(told({ script: basis.script.slice(0, -1) })).toEqual(["step 6 is not there any more: {resume,[cart]}"]);
    expect(told({ script: basis.script.with(2, "{suspend,[api]}") })).toEqual([
      "step 3 is now {suspend,[api]}; it was {suspend,[cart]}",
    ]);
  });

  it("tell a finding that is new, and one that is there once more, but none that is gone", () => {
    const finding = { code: "vsn-not-set", severity: "warning" as const, module: "cart" };
    const found = { ...basis, findings: [finding] };
    expect(differencesOf(found, basis)).toEqual([]);
    expect(differencesOf(found, found)).toEqual([]);
    expect(differencesOf(basis, found).map(differenceText)).toEqual(["new finding: vsn-not-set (warning of cart)"]);
    expect(differencesOf(found, { ...basis, findings: [finding, finding] })).toHaveLength(1);
    expect(differencesOf(found, { ...basis, findings: [{ ...finding, severity: "error" }] })).toHaveLength(1);
  });

  it("take no notice of processes, of directories, and of what is only said", () => {
    const facts = someFacts({
      processes: [3, 4].map((pid) => aProcess(pid, { callbackModule: "cart" })),
      modules: [{ module: "cart", md5: MD5.old, vsn: string("1"), file: "/elsewhere/cart.beam" }],
    });
    const upgrade = anUpgrade(advancedUpdate("cart"), {
      code: [{ module: "cart", md5: MD5.next, vsn: string("2"), previousMd5: MD5.old, previousVsn: string("1") }],
      libraries: [{ application: "shop", vsn: "2", directory: "/elsewhere/shop-2" }],
    });
    expect(differencesOf(basis, makePlan(upgrade, facts).basis)).toEqual([]);
  });

  it("hold a version that is the MD5 for the MD5 itself", () => {
    const plan = makePlan(
      anUpgrade(advancedUpdate("cart"), { code: [{ module: "cart", md5: MD5.next, vsn: BigInt(`0x${MD5.next}`) }] }),
      someFacts({ modules: [{ module: "cart", md5: MD5.old, vsn: atom("one") }] }),
    );
    expect(plan.basis.objectCode["cart"]?.next).toEqual({ md5: MD5.next, vsn: null });
    expect(plan.basis.modules["cart"]).toEqual({ md5: MD5.old, vsn: "one" });
  });
});
