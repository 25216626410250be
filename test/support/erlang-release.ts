import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Oracle } from "./erlang.js";
import { buildApplications, type BuiltApplications } from "./erlang-application.js";
import { startNode, type NodeOptions, type PeerNode } from "./peer.js";

/** A release root with one or more releases of compiled fixtures, laid out and bootable as a target system is. */
export interface BuiltRelease extends AsyncDisposable {
  readonly root: string;
  /** Boots a release of the root on a node of its own. */
  start(vsn: string, options?: NodeOptions): Promise<PeerNode>;
}

/** Where OTP is, and the versions of what every release holds. */
interface InstalledOtp {
  readonly root: string;
  readonly erts: string;
  /** Directories such as `/usr/lib/erlang/lib/kernel-8.5.3`. */
  readonly libraries: readonly string[];
}

/**
 * Builds a release root: application `application` in each of `versions` (fixtures named APP-VSN), each with a release of
 * the same version named `name`, beside kernel, stdlib and sasl.
 */
export async function buildRelease(
  name: string,
  application: string,
  versions: readonly string[],
): Promise<BuiltRelease> {
  const built: BuiltApplications = await buildApplications(versions.map((vsn) => `${application}-${vsn}`));
  const root = dirname(built.lib);
  await using oracle = new Oracle();
  const otp = await installedOtp(oracle);
  await symlink(join(otp.root, `erts-${otp.erts}`), join(root, `erts-${otp.erts}`));
  for (const library of otp.libraries) await symlink(library, join(built.lib, basename(library)));
  const applications = otp.libraries.map((library) => basename(library).split("-") as [string, string]);
  for (const vsn of versions) {
    const directory = join(root, "releases", vsn);
    await mkdir(directory, { recursive: true });
    const listed = [...applications, [application, vsn]].map(([app, version]) => `{${app}, "${version}"}`).join(", ");
    const rel = `{release, {"${name}", "${vsn}"}, {erts, "${otp.erts}"}, [${listed}]}.\n`;
    await writeFile(join(directory, `${name}.rel`), rel);
    await writeFile(join(directory, "sys.config"), "[].\n");
    await makeBootScript(oracle, directory, name, built.lib);
  }
  await writeFile(join(root, "releases", "start_erl.data"), `${otp.erts} ${versions[0]!}`);
  return {
    root,
    start: (vsn, options = {}) => startNode({ ...options, ...bootOptions(root, otp.erts, vsn, options) }),
    [Symbol.asyncDispose]: () => built[Symbol.asyncDispose](),
  };
}

function bootOptions(root: string, erts: string, vsn: string, options: NodeOptions): NodeOptions {
  const directory = join(root, "releases", vsn);
  const boot = ["-boot", join(directory, "start"), "-config", join(directory, "sys")];
  return { root: { directory: root, erts }, args: [...boot, ...(options.args ?? [])] };
}

async function installedOtp(oracle: Oracle): Promise<InstalledOtp> {
  const answer = await oracle.run(`
    [io_lib:format("~ts\\n~ts", [code:root_dir(), erlang:system_info(version)]) |
     ["\\n" ++ code:lib_dir(App) || App <- [kernel, stdlib, sasl]]].`);
  const [root, erts, ...libraries] = answer.toString().split("\n");
  return { root: root!, erts: erts!, libraries };
}

async function makeBootScript(oracle: Oracle, directory: string, name: string, lib: string): Promise<void> {
  await oracle.run(`
    {ok, _, _} = systools:make_script("${join(directory, name)}",
      [{path, ["${lib}/*/ebin"]}, {outdir, "${directory}"}, {script_name, "start"}, silent]),
    "".`);
  if (!(await readdir(directory)).includes("start.boot")) throw new Error(`no boot script in ${directory}`);
}
