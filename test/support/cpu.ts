/** Milliseconds for which this process has had a processor: work takes as many of them on a busy machine as on an idle one. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
