import { describe, expect, it } from "vitest";
import { flag, negotiate, OFFERED, type FlagName } from "../../src/distribution/flags.js";
import { describeErlang, useOracle } from "../support/erlang.js";

// What erl offers since OTP 26 (dist.h: DFLAG_DIST_DEFAULT), without and with the digest.
const without = (...names: FlagName[]): bigint => names.reduce((flags, name) => flags & ~flag[name], OFFERED);

describe("the flags", () => {
  it("make a hidden node without atom caches", () => {
    for (const name of ["PUBLISHED", "ATOM_CACHE", "HIDDEN_ATOM_CACHE", "DIST_HDR_ATOM_CACHE"] as const) {
      expect(OFFERED & flag[name]).toBe(0n);
    }
  });

  it("are those of both sides", () => {
    const theirs = OFFERED | flag.PUBLISHED | flag.DIST_HDR_ATOM_CACHE;
    expect(negotiate(OFFERED, theirs)).toEqual({ ok: true, flags: OFFERED });
    expect(negotiate(OFFERED, without("FRAGMENTS"))).toEqual({ ok: true, flags: without("FRAGMENTS") });
  });

  it("can be replaced by the digest of OTP 25", () => {
    const theirs = without("EXTENDED_REFERENCES", "MAP_TAG", "HANDSHAKE_23", "UTF8_ATOMS");
    expect(negotiate(OFFERED, theirs)).toEqual({ ok: true, flags: OFFERED });
  });

  it("tell an old BEAM from what is none", () => {
    expect(negotiate(OFFERED, without("MANDATORY_25_DIGEST"))).toMatchObject({ ok: false, tooOld: true });
    expect(negotiate(OFFERED, without("MANDATORY_25_DIGEST", "UNLINK_ID"))).toMatchObject({ ok: false, tooOld: true });
    const cNode = without("SPAWN", "ALIAS");
    expect(negotiate(OFFERED, cNode)).toEqual({ ok: false, tooOld: false, missing: ["SPAWN"] });
  });
});

describeErlang("the flags, beside the real thing", () => {
  const oracle = useOracle();

  it("have everything that this OTP demands, and nothing it doesn't know", async () => {
    const source = `{erts_dflags, Default, Mandatory, _, _, _} = erts_internal:get_dflags(),
      io_lib:format("~w ~w", [Default, Mandatory]).`;
    const [known, mandatory] = (await oracle.run(source)).toString().split(" ").map(BigInt);
    expect(OFFERED & mandatory!).toBe(mandatory);
    expect(OFFERED & ~known!).toBe(0n);
  });
});
