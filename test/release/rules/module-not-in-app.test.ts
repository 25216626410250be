import { describe, expect, it } from "vitest";
import { moduleNotInApp } from "../../../src/release/rules/module-not-in-app.js";
import { appText, appupText, findings, found, inShop, shop } from "./support.js";

const single = "root/lib/shop-2";
const files = shop(
  "2",
  appupText("2", '[{"1", [{load_module, till}, {load_module, shop}]}]'),
  {},
  {
    "shop.js": "",
    "till.js": "",
  },
);

describe("module-not-in-app", () => {
  it("finds a module with a file that the .app doesn't list", async () => {
    expect(await found(moduleNotInApp, files, single)).toEqual([
      ["load_module of till, which the .app of shop 2 doesn't list", `${inShop("2", "shop.appup")}:2 till`],
    ]);
    const [problem] = await findings(moduleNotInApp, files, single);
    expect(problem!.hint).toBe(`Add till to the modules in ${inShop("2", "shop.app")}.`);
  });

  it("finds nothing where any application lists it, or where it is deleted", async () => {
    const other = { "root/lib/bank-1/ebin/bank.app": appText("bank", "1", { modules: ["till"] }) };
    expect(await found(moduleNotInApp, { ...files, ...other }, "root/lib")).toEqual([]);
    const deleting = shop("2", appupText("2", "[]", '[{"1", [{delete_module, till}]}]'), {}, { "till.js": "" });
    expect(await found(moduleNotInApp, deleting, single)).toEqual([]);
  });
});
