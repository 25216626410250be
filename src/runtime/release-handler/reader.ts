/** What a `.rel` says, as far as the release handler goes by it. */
export interface ReleaseManifest {
  readonly name: string;
  readonly vsn: string;
  readonly erts: string;
  readonly applications: readonly { readonly name: string; readonly vsn: string }[];
}

/** Reads what the runtime can't read itself: whoever boots the node hands it over. Both throw where they can't. */
export interface ReleaseReader {
  /** A `.rel`, in whichever form it is. */
  readRelease(file: string, bytes: Uint8Array): ReleaseManifest;
  /** The files of a package (`.tar.gz`) by their paths from the release root on; none of them leads out of it. */
  unpackArchive(bytes: Uint8Array): ReadonlyMap<string, Uint8Array>;
}

/** A node that was booted without a reader keeps account of releases, but takes no new ones. */
export const noReader: ReleaseReader = {
  readRelease: () => {
    throw new Error("this node was booted without a reader of releases");
  },
  unpackArchive: () => {
    throw new Error("this node was booted without a reader of packages");
  },
};
