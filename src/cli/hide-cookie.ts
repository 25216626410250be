/** What stands in the list of processes in place of a cookie. */
const HIDDEN = "[cookie]";

/**
 * The arguments without the value of `--cookie`.
 * @param argv the arguments after the program's name
 * @returns undefined where there is no cookie among them
 */
function withoutCookie(argv: readonly string[]): readonly string[] | undefined {
  const shown = argv.map((argument, index) => {
    if (argument.startsWith("--cookie=")) return `--cookie=${HIDDEN}`;
    return argv[index - 1] === "--cookie" ? HIDDEN : argument;
  });
  return shown.some((argument, index) => argument !== argv[index]) ? shown : undefined;
}

/**
 * Takes a cookie that was given as an argument out of the list of processes (`ps`): the title of a process is written
 * over its arguments. Who has looked before has seen it.
 */
export function hideCookie(argv: readonly string[]): void {
  const shown = withoutCookie(argv);
  if (shown !== undefined) process.title = ["relupctl", ...shown].join(" ");
}
