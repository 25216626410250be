import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import fc from "fast-check";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { ProblemError } from "../../src/terms/problem.js";
import { Cookie, parseCookie } from "../../src/distribution/cookie.js";
import { findCookie } from "../../src/distribution/cookie-file.js";
import { describeErlang, useOracle } from "../support/erlang.js";

const SECRET = "OPENSESAME";
const codeOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason as ProblemError,
  );
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET);
  return error?.problems[0]?.code ?? "no error";
};

describe("a cookie", () => {
  it("shows itself nowhere", () => {
    const cookie = new Cookie(SECRET);
    const shown = [inspect(cookie, { showHidden: true }), JSON.stringify({ cookie }), String(cookie)];
    expect(shown.join()).not.toContain(SECRET);
  });

  it("verifies its own digests only", () => {
    const cookie = new Cookie(SECRET);
    expect(cookie.verifies(cookie.digest(7), 7)).toBe(true);
    expect(cookie.verifies(cookie.digest(7), 8)).toBe(false);
    expect(cookie.verifies(new Cookie("other").digest(7), 7)).toBe(false);
    expect(cookie.verifies(cookie.digest(7).subarray(1), 7)).toBe(false);
  });

  it.each(["", "x".repeat(256), "\u0119"])("refuses %j", (text) => {
    expect(() => new Cookie(text)).toThrow("the cookie can't be used");
  });
});

describeErlang("a cookie, beside the real thing", () => {
  const oracle = useOracle();

  it("has the digests of dist_util:gen_digest", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.integer({ min: 1, max: 255 }).map((c) => String.fromCharCode(c)), minLength: 1 }),
        fc.nat({ max: 0xffff_ffff }),
        async (text, challenge) => {
          const source = `<<Challenge:32, Text/binary>> = Input,
            erlang:md5([atom_to_list(binary_to_atom(Text, latin1)) | integer_to_list(Challenge)]).`;
          const input = Buffer.alloc(4);
          input.writeUInt32BE(challenge);
          const expected = await oracle.run(source, Buffer.concat([input, Buffer.from(text, "latin1")]));
          expect(Buffer.from(new Cookie(text).digest(challenge))).toEqual(expected);
        },
      ),
    );
  });

  it("is read from a file's content as auth:check_cookie does", async () => {
    const character = fc.constantFrom("a", "Z", "~", " ", " ", "\n", "\r", "\t", "\u0001", "\u007f", "\u00e9");
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: character, maxLength: 8 }), async (content) => {
        // check_cookie is not exported: these are its two rules.
        const source = `
          Text = binary_to_list(Input),
          {Letters, Rest} = lists:splitwith(fun(C) -> $\\s =< C andalso C =< $~ end, Text),
          Blank = lists:all(fun(C) -> lists:member(C, "\\n\\r ") end, Rest),
          case {Letters, Blank} of {[], _} -> <<0>>; {_, false} -> <<0>>; _ -> [1, erlang:md5(Letters ++ "7")] end.`;
        const expected = await oracle.run(source, Buffer.from(content, "latin1"));
        let found = Buffer.from([0]);
        try {
          found = Buffer.concat([Buffer.from([1]), parseCookie(content, "FILE").digest(7)]);
        } catch (error) {
          expect((error as ProblemError).problems[0]?.code).toBe("cookie-invalid");
        }
        expect(found).toEqual(expected);
      }),
    );
  });
});

describe("the search for a cookie", () => {
  const root = mkdtempSync(join(tmpdir(), "relupctl-cookie-"));
  let home = "";
  let count = 0;
  beforeEach(() => {
    home = join(root, String(++count));
    mkdirSync(join(home, ".config", "erlang"), { recursive: true });
  });
  afterAll(() => {
    rmSync(root, { recursive: true });
  });
  const put = (file: string, text: string, mode = 0o400): string => {
    writeFileSync(join(home, file), text);
    chmodSync(join(home, file), mode);
    return join(home, file);
  };
  const same = (cookie: Cookie, text: string): boolean => cookie.verifies(new Cookie(text).digest(1), 1);

  it("goes from the named file to the environment to the home folder", async () => {
    const file = put("named", "NAMED\n");
    const inHome = put(".erlang.cookie", "HOME");
    put(".config/erlang/.erlang.cookie", "XDG");
    const env = { RELUPCTL_COOKIE: "ENVIRONMENT" };
    const named = await findCookie({ file, env, home });
    expect([named.from, named.warning, same(named.cookie, "NAMED")]).toEqual([file, undefined, true]);
    const fromEnv = await findCookie({ env, home });
    expect([fromEnv.from, same(fromEnv.cookie, "ENVIRONMENT")]).toEqual(["$RELUPCTL_COOKIE", true]);
    const found = await findCookie({ env: {}, home });
    expect([found.from, same(found.cookie, "HOME")]).toEqual([inHome, true]);
    rmSync(inHome, { force: true });
    expect(same((await findCookie({ env: {}, home })).cookie, "XDG")).toBe(true);
  });

  it("warns about a file that others can read", async () => {
    put(".erlang.cookie", SECRET, 0o444);
    const { warning } = await findCookie({ env: {}, home });
    expect(warning).toMatchObject({ code: "cookie-file-mode", severity: "warning" });
    expect(JSON.stringify(warning)).toContain("0444");
    expect(JSON.stringify(warning)).not.toContain(SECRET);
  });

  it("says what is wrong", async () => {
    expect(await codeOf(findCookie({ env: {}, home }))).toBe("cookie-missing");
    expect(await codeOf(findCookie({ file: join(home, "nothing"), env: {}, home }))).toBe("cookie-unreadable");
    expect(await codeOf(findCookie({ file: home, env: {}, home }))).toBe("cookie-unreadable");
    put(".erlang.cookie", "\n");
    expect(await codeOf(findCookie({ env: {}, home }))).toBe("cookie-invalid");
    expect(await codeOf(findCookie({ env: { RELUPCTL_COOKIE: `${SECRET}\n${SECRET}` }, home }))).toBe("cookie-invalid");
  });
});
