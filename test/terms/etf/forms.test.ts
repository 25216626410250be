import { describe, expect, it } from "vitest";
import { decodeTerm } from "../../../src/terms/etf/decode.js";
import { encodeTerm } from "../../../src/terms/etf/encode.js";
import { Bitstring, Port, tuple } from "../../../src/terms/term.js";
import { describeErlang, useOracle } from "../../support/erlang.js";
import { each } from "./batch.js";
import { FORMS } from "./forms.js";

describe("every form of the external term format", () => {
  it.each(FORMS)("%s", (_name, bytes, term) => {
    expect(decodeTerm(Uint8Array.from([131, ...bytes]))).toEqual(term);
  });

  it("shares no memory with what it was read from", () => {
    const bytes = Buffer.from([131, 104, 2, 109, 0, 0, 0, 1, 1, 77, 0, 0, 0, 2, 4, 1, 16]);
    const before = decodeTerm(bytes);
    bytes.fill(255);
    expect(before).toEqual(tuple(new Bitstring(Uint8Array.of(1)), new Bitstring(Uint8Array.of(1, 16), 4)));
  });
});

describeErlang("those forms", () => {
  const oracle = useOracle();

  it("are the same terms to binary_to_term/1", async () => {
    const again = (items: readonly Uint8Array[]): Promise<Buffer[]> =>
      each(oracle, "fun(Bytes) -> term_to_binary(binary_to_term(Bytes), [{minor_version, 1}]) end", items);
    const isNew = (await oracle.otpRelease()) >= 26;
    // OTP 27 refuses it.
    const forms = FORMS.filter(([name]) => !isNew || name !== "BIT_BINARY_EXT of none");
    const ours = forms.map(([, , term]) => encodeTerm(term));
    const theirs = await again(forms.map(([, bytes]) => Uint8Array.from([131, ...bytes])));
    expect(await again(ours)).toEqual(theirs);
    // Since OTP 26 all ports are written in the form for large ids, which nodes before OTP 24 don't read.
    forms.forEach(([name, , term], index) => {
      if (isNew && term instanceof Port) return;
      expect(theirs[index]!.toString("hex"), name).toBe(Buffer.from(ours[index]!).toString("hex"));
    });
  });
});
