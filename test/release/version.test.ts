import * as fc from "fast-check";
import * as semver from "semver";
import { describe, expect, it } from "vitest";
import { compareVersions, direction, isSemver } from "../../src/release/version.js";

const number = fc.oneof(fc.nat({ max: 12 }).map(String), fc.constantFrom("007", "00", "90071992547409930"));
const identifier = fc.oneof(number, fc.constantFrom("rc1", "rc", "alpha", "a-b", "0x"));
const version = fc
  .tuple(
    fc.array(number, { maxLength: 5 }).map((numbers) => numbers.join(".")),
    fc.constantFrom("", "", "", "B01", "a2", ".x", " "),
    fc.array(identifier, { maxLength: 2 }).map((all) => (all.length === 0 ? "" : `-${all.join(".")}`)),
    fc.array(identifier, { maxLength: 2 }).map((all) => (all.length === 0 ? "" : `+${all.join(".")}`)),
  )
  .map((parts) => parts.join(""));
const semantic = version.filter(isSemver);

describe("isSemver", () => {
  it.each(["1.2.3", "0.0.0", "1.2.3-rc.1", "1.2.3+build.5", "1.2.3-a+b"])("%s is one", (text) => {
    expect(isSemver(text)).toBe(true);
  });
  it.each(["", "1", "1.2", "25.2.3.1", "v1.2.3", "=1.2.3", " 1.2.3", "1.2.3 ", "1.02.3", "27.0-rc1", "latest"])(
    "%s is none",
    (text) => {
      expect(isSemver(text)).toBe(false);
    },
  );
});

describe("compareVersions", () => {
  it("orders versions from the lowest to the highest", () => {
    const ordered = [
      "",
      // OTP's releases before 17, and what begins with no number.
      "R15B",
      "R15B01",
      "R16",
      "latest",
      "1",
      "1.0",
      "1.0.0-rc.1",
      "1.0.0-rc.2",
      "1.0.0-rc.10",
      "1.0.0",
      "1.0.0+a",
      "1.0.0.1",
      "1.2.9",
      "1.2.10",
      "25.2.3-rc1",
      "25.2.3",
      "25.2.3.1",
      "25.10",
      "27.0-rc1",
      "27.0-rc2",
      "27.0",
    ];
    expect(ordered.toReversed().toSorted(compareVersions)).toEqual(ordered);
  });

  it("is semver's order for semantic versions", () => {
    fc.assert(
      fc.property(semantic, semantic, (a, b) => {
        expect(Math.sign(compareVersions(a, b))).toBe(semver.compareBuild(a, b));
      }),
      { numRuns: 2000 },
    );
  });

  it("is a total order for any versions", () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        const [ab, ba, bc, ac] = [
          compareVersions(a, b),
          compareVersions(b, a),
          compareVersions(b, c),
          compareVersions(a, c),
        ];
        expect(Math.sign(ab) + Math.sign(ba)).toBe(0);
        expect(ab === 0).toBe(a === b);
        if (ab < 0 && bc < 0) expect(ac).toBeLessThan(0);
      }),
      { numRuns: 5000 },
    );
  });

  it("is a total order for arbitrary text", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(Math.sign(compareVersions(a, b)) + Math.sign(compareVersions(b, a))).toBe(0);
      }),
      { numRuns: 2000 },
    );
  });
});

it("tells an upgrade from a downgrade", () => {
  expect(direction("1.9.0", "1.10.0")).toBe("upgrade");
  expect(direction("2", "1.9")).toBe("downgrade");
  expect(direction("1.0.0", "1.0.0")).toBe("same");
});
