import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { applyUpgrade } from "../../../src/engine/apply.js";
import { readReleaseUpgrade } from "../../../src/engine/source/release.js";
import { DEMO_RELEASES, embeddedKind, realKind, type DemoRelease, type TargetKind } from "../../conformance/targets.js";
import { describeErlang } from "../../support/erlang.js";
import { expectSamePlan, livePlan, offlinePlan, snapshotFrom } from "./offline.js";

/** A release root that holds one version alone, as it comes from a build. */
class Artefact implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), "relupctl-artefact-"));

  constructor(root: string, release: DemoRelease, vsn: string) {
    const library = `lib/${DEMO_RELEASES[release].application}-${vsn}`;
    for (const part of [library, `releases/${vsn}`]) {
      cpSync(join(root, part), join(this.root, part), { recursive: true });
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

function suite(kind: TargetKind): void {
  afterAll(() => kind.close());

  it.each([
    ["counter", "0.1.0", "0.2.0"],
    ["counter", "0.2.0", "0.1.0"],
    ["store", "1.0.0", "2.0.0"],
    ["store", "1.0.1", "2.0.0"],
  ] as const)("of %s %s gives the plan to %s that the node gives", async (release, from, to) => {
    await using booted = await kind.boot(release, from);
    using artefact = new Artefact(booted.root, release, to);
    const snapshot = await snapshotFrom(booted.target);
    const live = await livePlan(booted.target, { vsn: to });
    expect(live.steps.length).toBeGreaterThan(5);
    expectSamePlan(await offlinePlan(snapshot, artefact.root, { vsn: to }), live);
  });

  it("gives the plan of a single application, wherever its directory is here", async () => {
    await using booted = await kind.boot("counter", "0.1.0");
    using artefact = new Artefact(booted.root, "counter", "0.2.0");
    const snapshot = await snapshotFrom(booted.target);
    const here = `${artefact.root}/lib/counter-0.2.0`;
    const to = { app: `${booted.root}/lib/counter-0.2.0`, here };
    expectSamePlan(await offlinePlan(snapshot, "/nowhere", to), await livePlan(booted.target, to));
  });

  it("gives a plan that the node accepts, and none that it accepts when something changed since", async () => {
    await using booted = await kind.boot("counter", "0.1.0");
    const { target, root } = booted;
    const { basis } = await offlinePlan(await snapshotFrom(target), root, { vsn: "0.2.0" });
    const up = await applyUpgrade(target, await readReleaseUpgrade(target, "0.2.0"), { agreed: basis });
    expect(up.execution?.outcome).toBe("upgraded");
    const again = await applyUpgrade(target, await readReleaseUpgrade(target, "0.1.0"), { agreed: basis });
    expect(again.execution).toBeUndefined();
    expect(again.differences).toEqual(
      expect.arrayContaining([
        { kind: "from", name: "", planned: "0.1.0", now: "0.2.0" },
        { kind: "direction", name: "", planned: "up", now: "down" },
        { kind: "application", name: "counter", planned: "0.1.0", now: "0.2.0" },
        expect.objectContaining({ kind: "module", name: "counter" }),
      ]),
    );
  });

  it("says what can't be found on this machine with paths of this machine", async () => {
    await using booted = await kind.boot("counter", "0.1.0");
    const snapshot = await snapshotFrom(booted.target);
    await expect(offlinePlan(snapshot, "/nowhere", { vsn: "0.2.0" })).rejects.toThrow(/there is no release 0.2.0/);
  });
}

describe("a snapshot of the embedded node", () => {
  suite(embeddedKind());
});

describeErlang("a snapshot of a real node", () => {
  suite(realKind());
});
