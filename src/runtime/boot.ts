import { join } from "node:path";
import { atom, list, tuple } from "../terms/term.js";
import { printTerm } from "../terms/print.js";
import { askController } from "./application/controller.js";
import {
  type ApplicationSpec,
  BUILT_IN_APPLICATIONS,
  BadApplication,
  applicationSpec,
  builtInApplication,
} from "./application/spec.js";
import type { BootApplication, BootRelease } from "./boot-release.js";
import { OBJECT_CODE_EXTENSION } from "./code/code-path.js";
import type { Context } from "./context.js";
import type { RuntimeNode } from "./node.js";
import { startReleaseHandler } from "./bifs/release-handler.js";
import { startServer } from "./otp/gen-server.js";
import { OK } from "./support/term.js";

/** A release that couldn't be booted. The message says at which application and why. */
export class BootError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "BootError";
  }
}

/**
 * Boots a release as OTP's boot script does: code paths, all modules, all application specifications, then the
 * applications in order.
 * @throws BootError when a module can't be loaded or an application doesn't start
 */
export async function bootRelease(context: Context, release: BootRelease): Promise<void> {
  const { node } = context;
  node.applications.config = new Map(release.config ?? []);
  await startController(context);
  for (const application of release.applications) prepare(node, application);
  for (const application of release.applications) {
    const type = application.type ?? "permanent";
    if (type === "load" || type === "none") continue;
    const request = tuple(atom("start_application"), atom(application.name), atom(type));
    const result = await askController(context, request);
    if (result !== OK) throw new BootError(`application ${application.name} did not start: ${printTerm(result)}`);
  }
  if (node.applications.isRunning("sasl")) await startReleaseHandler(context);
}

async function startController(context: Context): Promise<void> {
  const controller = atom("application_controller");
  const name = tuple(atom("local"), controller);
  await startServer(context, { name, module: controller, args: list(), options: list(), link: false });
}

function prepare(node: RuntimeNode, application: BootApplication): void {
  const spec = specificationOf(application);
  if (application.directory !== undefined) {
    const ebin = join(application.directory, "ebin");
    if (node.path.add(ebin, "last") !== undefined) {
      throw new BootError(`application ${application.name} has no directory ${ebin}`);
    }
    for (const module of spec.modules) loadModule(node, application.name, ebin, module);
  }
  if (application.type !== "none" && !node.applications.loaded.has(spec.name)) node.applications.load(spec);
}

function specificationOf(application: BootApplication): ApplicationSpec {
  const { name, vsn, specification } = application;
  if (specification === undefined) {
    if ((BUILT_IN_APPLICATIONS as readonly string[]).includes(name)) return builtInApplication(name, vsn);
    throw new BootError(`application ${name} is neither in the release root nor part of the embedded node`);
  }
  const spec = applicationSpec(specification);
  if (spec instanceof BadApplication) throw new BootError(`application ${name}: ${printTerm(spec.reason)}`);
  const { includedApplications = spec.includedApplications } = application;
  return { ...spec, includedApplications };
}

function loadModule(node: RuntimeNode, application: string, ebin: string, module: string): void {
  const file = join(ebin, module + OBJECT_CODE_EXTENSION);
  const bytes = node.files.readFile(file);
  const failed = bytes === undefined ? "nofile" : node.code.load(module, file, bytes);
  if (failed !== undefined) {
    throw new BootError(`module ${module} of application ${application} can't be loaded: ${failed} (${file})`);
  }
}
