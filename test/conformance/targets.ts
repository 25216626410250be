import { join } from "node:path";
import type { Target } from "../../src/target/target.js";
import { bootEmbedded } from "../../src/cli/embedded.js";
import pino from "pino";
import { connectTo } from "../support/connect.js";
import { buildRelease, type BuiltRelease } from "../support/erlang-release.js";

/** A running node of either kind, booted from a demo release. */
export interface RunningTarget extends AsyncDisposable {
  readonly target: Target;
  readonly root: string;
}

/** One kind of target: boots any version of a demo release. `close` ends what all its nodes share. */
export interface TargetKind {
  readonly name: "embedded" | "real";
  boot(release: DemoRelease, vsn: string): Promise<RunningTarget>;
  close(): Promise<void>;
}

export const DEMO_RELEASES = {
  counter: { application: "counter", versions: ["0.1.0", "0.2.0", "0.3.0"] },
  store: { application: "my_store", versions: ["1.0.0", "1.0.1", "2.0.0"] },
} as const;
export type DemoRelease = keyof typeof DEMO_RELEASES;

/** The embedded node, from the roots under releases/. */
export function embeddedKind(): TargetKind {
  return {
    name: "embedded",
    boot: async (release, vsn) => {
      const root = join(import.meta.dirname, "..", "..", "releases", release);
      const target = await bootEmbedded(
        { root, boot: vsn, connectTimeout: 10_000, timeout: 5_000 },
        pino({ level: "silent" }),
      );
      return {
        target,
        root,
        [Symbol.asyncDispose]: async () => {
          await target[Symbol.asyncDispose]();
        },
      };
    },
    close: () => Promise.resolve(),
  };
}

/** Real nodes, from release roots built of the Erlang twins under fixtures/erlang. */
export function realKind(): TargetKind {
  const built = new Map<DemoRelease, Promise<BuiltRelease>>();
  const rootOf = (release: DemoRelease): Promise<BuiltRelease> => {
    const { application, versions } = DEMO_RELEASES[release];
    const building = built.get(release) ?? buildRelease(release, application, versions);
    built.set(release, building);
    return building;
  };
  return {
    name: "real",
    boot: async (release, vsn) => {
      const rooted = await rootOf(release);
      const node = await rooted.start(vsn);
      try {
        const target = await connectTo(node);
        return {
          target,
          root: rooted.root,
          [Symbol.asyncDispose]: async () => {
            await target[Symbol.asyncDispose]();
            await node.stop();
          },
        };
      } catch (error) {
        await node.stop();
        throw error;
      }
    },
    close: async () => {
      for (const building of built.values()) await (await building)[Symbol.asyncDispose]();
    },
  };
}
