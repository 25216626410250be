import type { App, Appup, Manifest } from "../records.js";
import { findForm, type Listing } from "../root/find-manifest.js";
import type { CheckedApplication, ModuleFile } from "../rules/context.js";
import { namesIn, pathIn } from "./paths.js";
import type { Reading } from "./reading.js";

/** The applications whose `.app` or `.appup` lies in a directory, without the code of their modules. */
export async function loadApplications(reading: Reading, directory: string): Promise<CheckedApplication[]> {
  const listing = await namesIn(reading, directory);
  const modules = moduleFiles(listing);
  const stems = new Set(listing.names.flatMap((name) => /^(.+)\.(?:app|appup)(?:\.ya?ml)?$/.exec(name)?.[1] ?? []));
  return await Promise.all([...stems].map((stem) => loadApplication(reading, listing, stem, modules)));
}

async function loadApplication(
  reading: Reading,
  listing: Listing,
  stem: string,
  modules: ReadonlyMap<string, ModuleFile>,
): Promise<CheckedApplication> {
  const [appFile, appupFile] = await Promise.all([
    reading.collect(() => findForm(listing, `${stem}.app`)),
    reading.collect(() => findForm(listing, `${stem}.appup`)),
  ]);
  const [app, appup] = await Promise.all([
    load<Manifest<App>>(appFile, (name) => reading.manifest("app", pathIn(listing, name))),
    load<Manifest<Appup>>(appupFile, (name) => reading.manifest("appup", pathIn(listing, name))),
  ]);
  return {
    name: app?.record.name ?? stem,
    ebin: listing.directory,
    modules,
    ...(app === undefined ? {} : { app }),
    ...(appupFile === undefined ? {} : { appupFile: pathIn(listing, appupFile) }),
    ...(appup === undefined ? {} : { appup }),
  };
}

async function load<Found>(name: string | undefined, read: (name: string) => Promise<Found | undefined>) {
  return name === undefined ? undefined : await read(name);
}

/** `.beam` for a real node; `.js` for the embedded one, where there is no `.beam`. */
function moduleFiles(listing: Listing): ReadonlyMap<string, ModuleFile> {
  const files = new Map<string, ModuleFile>();
  for (const ending of [".js", ".beam"]) {
    for (const name of listing.names) {
      if (name.endsWith(ending)) files.set(name.slice(0, -ending.length), { file: pathIn(listing, name) });
    }
  }
  return files;
}
