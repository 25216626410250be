import type { Facts } from "../../upgrade/facts.js";
import type { Inspection } from "../../upgrade/inspection.js";
import type { SnapshotDocument } from "./document.js";
import { inspectionOf } from "./inspection.js";
import { modulesOf, type SnapshotModule } from "./modules.js";
import { processesOf, remoteChildrenOf } from "./processes.js";

/** What is known of a node from a snapshot: its facts, and what reading an upgrade needs besides. */
export interface Snapshot {
  /** When it was taken, as ISO 8601 writes it. */
  readonly taken: string;
  readonly facts: Facts;
  /** The release root on the node. */
  readonly root: string;
  /** Of object code, with its dot. */
  readonly extension: string;
  readonly release: { readonly name: string; readonly vsn: string } | undefined;
  readonly modules: ReadonlyMap<string, SnapshotModule>;
  /** Directories of the running applications, by name. */
  readonly directories: ReadonlyMap<string, string>;
  /** The manifests of what runs, by their path on the node. */
  readonly files: ReadonlyMap<string, string>;
  /** What `doctor` looks at besides. */
  readonly inspection: Inspection;
}

/** The snapshot that a document is. */
export function snapshotOf(document: SnapshotDocument): Snapshot {
  const { taken, node, creation, otpRelease, root, extension, release, applications } = document;
  const modules = modulesOf(document);
  const { processes, notResponding } = processesOf(document.processes, node, creation);
  return {
    ...{ taken, root, extension, release, modules },
    facts: {
      ...{ node, creation, otpRelease },
      applications: applications.map(({ name, vsn, description = "" }) => ({ name, description, vsn })),
      ...{ processes, notResponding },
      anomalies: document.anomalies,
      remoteChildren: remoteChildrenOf(document.remoteChildren ?? []),
      modules: new Map([...modules].map(([module, { observed }]) => [module, observed])),
      snapshot: { taken },
    },
    directories: new Map(
      applications.flatMap(({ name, directory }) => (directory === undefined ? [] : [[name, directory] as const])),
    ),
    files: new Map(Object.entries(document.files)),
    inspection: inspectionOf(document.inspection),
  };
}
