import { describe, expect, it } from "vitest";
import { Heartbeat } from "../../src/distribution/heartbeat.js";

describe("the heartbeat", () => {
  it("ticks when nothing was sent for a quarter of the time", () => {
    const heartbeat = new Heartbeat(400, 0);
    expect(heartbeat.intervalMs).toBe(100);
    heartbeat.received(90);
    heartbeat.sent(50);
    expect(heartbeat.check(100)).toBe("idle");
    heartbeat.received(190);
    expect(heartbeat.check(200)).toBe("tick");
    heartbeat.sent(200);
    heartbeat.received(290);
    expect(heartbeat.check(299)).toBe("idle");
  });

  it("asks a silent node, and gives it up in the end", () => {
    const heartbeat = new Heartbeat(400, 0);
    heartbeat.received(50);
    expect([150, 250, 350, 449, 450].map((now) => heartbeat.check(now))).toEqual([
      "probe",
      "probe",
      "probe",
      "probe",
      "dead",
    ]);
  });

  it("lives on with any sign", () => {
    const heartbeat = new Heartbeat(400, 0);
    for (let now = 100; now < 5000; now += 100) {
      expect(heartbeat.check(now)).not.toBe("dead");
      if (now % 300 === 0) heartbeat.received(now);
    }
  });

  it("does not take its own sleep for the node's silence", () => {
    const heartbeat = new Heartbeat(400, 0);
    expect(heartbeat.check(100)).toBe("probe");
    expect(heartbeat.check(100_000)).toBe("probe");
    expect([100_100, 100_200, 100_299, 100_300].map((now) => heartbeat.check(now))).toEqual([
      "probe",
      "probe",
      "probe",
      "dead",
    ]);
  });
});
