const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** A number of bytes as people say it: `512 B`, `3.5 MiB`. */
export function sizeText(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1_000 && unit < UNITS.length - 1) {
    size /= 1_024;
    unit++;
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${UNITS[unit]!}`;
}
