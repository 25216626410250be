import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Outbox } from "../../src/distribution/outbox.js";

const bytes = (text: string): Uint8Array => Buffer.from(text);
const text = (taken: Uint8Array): string => Buffer.from(taken).toString();
const packets = (...texts: string[]) => texts.map((part) => [bytes(part)]);

describe("the outbox", () => {
  it("gives whole packets in order, and no more than about what is asked for", () => {
    const outbox = new Outbox();
    outbox.add(() => packets("ab", "cd", "ef"), {});
    outbox.add(() => packets("gh"), {});
    expect(text(outbox.take(1))).toBe("ab");
    expect(text(outbox.take(3))).toBe("cdef");
    expect(text(outbox.take(100))).toBe("gh");
    expect(outbox.take(100)).toHaveLength(0);
  });

  it("encodes a message when its turn comes", () => {
    const outbox = new Outbox();
    const encoded: number[] = [];
    for (const id of [1, 2, 3]) {
      outbox.add(() => {
        encoded.push(id);
        return packets("x");
      }, {});
    }
    outbox.take(1);
    expect(encoded).toEqual([1]);
    outbox.take(10);
    expect(encoded).toEqual([1, 2, 3]);
  });

  it("takes back what has not begun, once", () => {
    const outbox = new Outbox();
    const cancelFirst = outbox.add(() => packets("a", "b"), {});
    const cancelSecond = outbox.add(() => packets("c"), {});
    expect(text(outbox.take(1))).toBe("a");
    expect([cancelFirst(), cancelSecond(), cancelSecond()]).toEqual([false, true, false]);
    expect(text(outbox.take(100))).toBe("b");
    expect(cancelFirst()).toBe(false);
  });

  it("says what can't be encoded, and goes on", () => {
    const outbox = new Outbox();
    const failed: string[] = [];
    const bad = (): never => {
      throw new RangeError("too long");
    };
    outbox.add(bad, { failed: ({ message }) => failed.push(message) });
    outbox.add(() => packets("a"), {});
    expect(text(outbox.take(100))).toBe("a");
    expect(failed).toEqual(["too long"]);
  });

  it("drops what is not wholly written", () => {
    const outbox = new Outbox();
    const dropped: string[] = [];
    const add = (id: string, ...parts: string[]) =>
      outbox.add(() => packets(...parts), { dropped: () => dropped.push(id) });
    add("written", "a");
    add("begun", "b", "c");
    add("waiting", "d");
    const cancel = add("cancelled", "e");
    cancel();
    outbox.take(2);
    outbox.drop();
    outbox.drop();
    expect(dropped).toEqual(["begun", "waiting"]);
    expect(outbox.take(100)).toHaveLength(0);
  });

  it("keeps the order of thousands of messages", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5000 }), { maxLength: 20 }), fc.nat(), (rounds, step) => {
        const outbox = new Outbox();
        let expected = "";
        let taken = "";
        let count = 0;
        for (const round of rounds) {
          for (let i = 0; i < round; i++) {
            const id = `${++count},`;
            expected += id;
            outbox.add(() => packets(id), {});
          }
          taken += text(outbox.take((step % 10_000) + 1));
        }
        taken += text(outbox.take(Infinity));
        expect(taken).toBe(expected);
      }),
      { numRuns: 50 },
    );
  });
});
