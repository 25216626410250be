import type { AddHelpTextContext, Command } from "commander";
import { wrap } from "./views/paint.js";

/**
 * Adds paragraphs below a command's help, each broken to the width of the terminal; an indented one (an example) stays
 * as it is.
 */
export function withNotes(command: Command, notes: string): Command {
  const paragraphs = notes.replace(/^\n+|\n+$/g, "").split(/\n{2,}/);
  return command.addHelpText("after", ({ command }: AddHelpTextContext) => {
    const width = command.configureOutput().getOutHelpWidth?.() ?? 80;
    const blocks = paragraphs.map((paragraph) =>
      paragraph.startsWith(" ") ? paragraph : wrap(paragraph.replaceAll("\n", " "), width, 0),
    );
    return `\n${blocks.join("\n\n")}`;
  });
}
