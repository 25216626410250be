import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { startNode, type NodeOptions, type PeerNode } from "./peer.js";

/** Writes the files of a project that a build tool is to make a release of, by their paths in its directory. */
export async function writeProject(directory: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), text.trimStart());
  }
}

/** Starts a release of a root on the emulator that lies there, as the start script of the release would. */
export async function startRelease(root: string, vsn: string, options: NodeOptions = {}): Promise<PeerNode> {
  const erts = (await readdir(root)).find((name) => name.startsWith("erts-"))!.slice("erts-".length);
  const directory = join(root, "releases", vsn);
  const boot = ["-boot", join(directory, "start"), "-config", join(directory, "sys"), "-mode", "embedded"];
  return await startNode({
    ...options,
    root: { directory: root, erts },
    args: [...boot, ...(options.args ?? [])],
  });
}
