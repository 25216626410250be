import { describe, expect, it } from "vitest";
import { ProblemError } from "../../src/terms/problem.js";
import { parseNodeAddress } from "../../src/distribution/address.js";

describe("a node address", () => {
  it.each([
    ["shop@web1", "shop@web1", "shop", "web1", undefined, "short"],
    ["shop@web1:4000", "shop@web1", "shop", "web1", 4000, "short"],
    ["shop@web1.example.org", "shop@web1.example.org", "shop", "web1.example.org", undefined, "long"],
    ["shop@10.0.0.7:65535", "shop@10.0.0.7", "shop", "10.0.0.7", 65_535, "long"],
    ["shop@::1", "shop@::1", "shop", "::1", undefined, "long"],
    ["shop@[::1]", "shop@::1", "shop", "::1", undefined, "long"],
    ["shop@[fe80::2]:4000", "shop@fe80::2", "shop", "fe80::2", 4000, "long"],
    ["my-app_1.2@host", "my-app_1.2@host", "my-app_1.2", "host", undefined, "short"],
  ])("%s", (text, node, alive, host, port, names) => {
    expect(parseNodeAddress(text)).toEqual({ node, alive, host, port, names });
  });

  it.each([
    "",
    "shop",
    "@host",
    "shop@",
    "a@b@c",
    "shop@web1:",
    "shop@web1:0",
    "shop@web1:65536",
    "shop@web1:http",
    "shop@[::1",
    "shop@[::1]x",
    "sh op@host",
    `${"x".repeat(255)}@h`,
    "shop@w\u0119b",
  ])("refuses %j", (text) => {
    expect(() => parseNodeAddress(text)).toThrow(ProblemError);
    try {
      parseNodeAddress(text);
    } catch (error) {
      expect((error as ProblemError).problems[0]).toMatchObject({ code: "invalid-node-name", severity: "error" });
    }
  });
});
