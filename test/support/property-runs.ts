/** How many times as often as usual properties are tried: `RELUPCTL_PROPERTY_RUNS`. */
export const factor = Number(process.env["RELUPCTL_PROPERTY_RUNS"] ?? 1);

/** How often a property is tried that is usually tried `count` times. */
export const runs = (count: number): number => Math.ceil(count * factor);
