import { isOtpApplication } from "../../../upgrade/otp-applications.js";
import type { Facts, RemoteChild } from "../../../upgrade/facts.js";
import { printTerm } from "../../../terms/print.js";
import { count, nameText, wrap, type Paint } from "../paint.js";
import { fromSnapshot } from "../snapshot.js";
import { fold, type TreeGroup } from "./fold.js";
import { declaredVsn, detailsOf, labelOf, type Detail, type LabelContext } from "./label.js";
import { marker } from "./marks.js";
import { moduleText } from "./names.js";
import { concernsModule, isShown, treeModel, type ApplicationTree, type TreeFilter, type TreeNode } from "./model.js";

export interface TreeOptions extends TreeFilter {
  /** Shows every process, where equal ones would be counted and OTP's own applications named only. */
  readonly all: boolean;
  /** Also the processes outside every supervision tree. */
  readonly unsupervised: boolean;
  /** Draws with the box-drawing characters of Unicode in place of ASCII. */
  readonly unicode: boolean;
}

const ASCII = { branch: "|- ", last: "`- ", line: "|  ", none: "   ", times: "x" };
const UNICODE: typeof ASCII = { branch: "├─ ", last: "└─ ", line: "│  ", none: "   ", times: "×" };

/** A tree of OTP's own that is smaller is shown like any other. */
const SMALL = 3;
/** Columns for names and pids at the most: what is longer pushes its own line only. */
const NAME_COLUMNS = 46;
/** What is kept of a name in any case, and what its line has for the tree's own characters and a pid. */
const MIN_NAME = 20;
const PID_COLUMNS = 20;

/** The supervision tree for people: what is alike is counted, and what disagrees is marked with `!`. */
export function treeText(facts: Facts, options: TreeOptions, paint: Paint): string {
  const glyphs = options.unicode ? UNICODE : ASCII;
  const context: LabelContext = { facts, marksOf: marker(facts), times: glyphs.times };
  const drawing = new Drawing(options, context, glyphs, paint);
  const model = treeModel(facts, options);
  const lines = options.module === undefined ? [] : moduleLines(options.module, facts, paint);
  if (facts.snapshot !== undefined) lines.push(wrap(`${facts.node}${fromSnapshot(facts.snapshot)}`, paint.width, 2, 0));
  for (const application of model.applications.filter(({ size }) => size > 0))
    lines.push(...drawing.application(application));
  const isWithOutside = options.unsupervised || options.module !== undefined;
  if (isWithOutside && model.outside.length > 0) lines.push(...drawing.outside(model.outside));
  if (options.module === undefined) lines.push(...withoutProcesses(model.applications, paint));
  lines.push("", summary(facts, options, context, paint));
  return lines.join("\n");
}

class Drawing {
  readonly #options: TreeOptions;
  readonly #context: LabelContext;
  readonly #glyphs: typeof ASCII;
  readonly #paint: Paint;

  constructor(options: TreeOptions, context: LabelContext, glyphs: typeof ASCII, paint: Paint) {
    this.#options = options;
    this.#context = context;
    this.#glyphs = glyphs;
    this.#paint = paint;
  }

  application({ name, vsn, tops, size }: ApplicationTree): string[] {
    const title = `${this.#paint.strong(nameText(name))} ${this.#paint.faint(vsn)}`;
    const { all, application, module } = this.#options;
    const isFolded =
      !all && application === undefined && module === undefined && isOtpApplication(name) && size > SMALL;
    if (isFolded) {
      const marked = this.#marked(tops);
      const marks = marked === 0 ? "" : `  ${this.#paint.warn(`! ${marked} marked`)}`;
      return [`${title}  ${this.#paint.faint(`${size} processes (--app ${name})`)}${marks}`];
    }
    return [title, ...this.#draw(tops)];
  }

  #marked(nodes: readonly TreeNode[]): number {
    const isMarked = ({ process }: TreeNode): boolean => this.#context.marksOf(process).length > 0;
    return nodes.reduce((sum, node) => sum + (isMarked(node) ? 1 : 0) + this.#marked(node.children), 0);
  }

  outside(nodes: readonly TreeNode[]): string[] {
    const processes = nodes.reduce((sum, { children }) => sum + 1 + children.length, 0);
    const title = this.#paint.strong(`outside every tree: ${count(processes, "process", "processes")}`);
    return [title, ...this.#draw(nodes)];
  }

  #draw(nodes: readonly TreeNode[]): string[] {
    const groups = fold(nodes, { all: this.#options.all, marksOf: this.#context.marksOf });
    const rows = this.#rows(groups, [], "");
    const widths = rows.map(({ head }) => head.length).filter((length) => length <= NAME_COLUMNS);
    const pidWidth = Math.max(0, ...rows.map(({ pid }) => pid.length));
    const column = Math.max(0, ...widths) + 2;
    return rows.map((row) => this.#line(row, column, pidWidth));
  }

  #rows(groups: readonly TreeGroup[], remote: readonly RemoteChild[], indent: string): Row[] {
    const { branch, last, line, none } = this.#glyphs;
    const rows = groups.map((group, index) => {
      const isLast = index === groups.length - 1 && remote.length === 0;
      const label = labelOf(group, this.#context);
      const below = `${indent}${isLast ? none : line}`;
      const children = this.#rows(group.groups, group.remote, below);
      const head = `${indent}${isLast ? last : branch}${this.#cut(label.name, indent)}`;
      const more = below + (children.length > 0 ? line : none);
      return [{ head, pid: label.pid, details: detailsOf(label), more }, ...children];
    });
    return [
      ...rows.flat(),
      ...remote.map((child, index) => this.#remoteRow(child, indent, index === remote.length - 1)),
    ];
  }

  /** A name, or an id that may be any term, so that it and a pid fit into a line. */
  #cut(name: string, indent: string): string {
    const room = Math.max(MIN_NAME, this.#paint.width - indent.length - PID_COLUMNS);
    return name.length > room ? `${name.slice(0, room - 3)}...` : name;
  }

  #remoteRow({ id, node, text, modules }: RemoteChild, indent: string, isLast: boolean): Row {
    const { branch, last, line, none } = this.#glyphs;
    return {
      head: `${indent}${isLast ? last : branch}${id === undefined ? "child" : this.#cut(printTerm(id), indent)}`,
      pid: text,
      details: [`on ${node}`, `declared as ${modules.map(moduleText).join(", ")}`].map((text) => ({
        text,
        isMark: false,
      })),
      more: `${indent}${isLast ? none : line}`,
    };
  }

  /** One line, or several where the details don't fit behind the name: the rest stands below, under the details. */
  #line({ head, pid, details, more }: Row, column: number, pidWidth: number): string {
    const name = head.padEnd(Math.max(column, head.length + 2));
    const start = `${name}${this.#paint.faint(pid)}${" ".repeat(pidWidth - pid.length + 2)}`;
    const used = name.length + pidWidth + 2;
    const room = this.#paint.width - used;
    const isNarrow = room < 24 && details.some(({ text }) => text.length > room);
    const lines = packed(details, isNarrow ? this.#paint.width - more.length : room).map((line) => this.#painted(line));
    const prefix = isNarrow ? more : more.padEnd(used);
    const [first = "", ...rest] = isNarrow ? ["", ...lines] : lines;
    return [start + first, ...rest.map((text) => prefix + text)].map((text) => text.trimEnd()).join("\n");
  }

  #painted(line: readonly Detail[]): string {
    return line.map(({ text, isMark }) => (isMark ? this.#paint.warn(text) : text)).join("  ");
  }
}

/** Puts details one after another into lines of at most `width` columns; one that is longer is broken between words. */
function packed(details: readonly Detail[], width: number): Detail[][] {
  const lines: Detail[][] = [];
  let used = Infinity;
  for (const { text, isMark } of details) {
    const [piece = "", ...more] = text.length <= width ? [text] : wrap(text, width, 2, 0).split("\n");
    const isFitting = more.length === 0 && used + 2 + piece.length <= width;
    if (isFitting) lines.at(-1)!.push({ text: piece, isMark });
    else for (const part of [piece, ...more]) lines.push([{ text: part, isMark }]);
    used = isFitting ? used + 2 + piece.length : (more.at(-1) ?? piece).length;
  }
  return lines;
}

interface Row {
  /** The lines of the tree and the name. */
  readonly head: string;
  readonly pid: string;
  readonly details: readonly Detail[];
  /** The lines of the tree that go on below it. */
  readonly more: string;
}

/** What is known of a module whose processes are shown. */
function moduleLines(module: string, facts: Facts, paint: Paint): string[] {
  const { file, md5, hasOldCode } = facts.modules.get(module) ?? {};
  const found = facts.processes.filter((process) => concernsModule(process, module));
  const vsn = declaredVsn(module, facts);
  const about = [
    vsn === undefined ? "" : `vsn ${vsn}`,
    md5 === undefined ? "not loaded" : `md5 ${md5}`,
    hasOldCode === true ? "old code is there too" : "",
  ].filter((part) => part !== "");
  return [
    `${paint.strong(moduleText(module))}  ${about.join("  ")}`,
    ...(file === undefined || file === "" ? [] : [paint.faint(file)]),
    found.length === 0 ? "No process runs it, and no child specification names it." : "",
  ];
}

function withoutProcesses(applications: readonly ApplicationTree[], paint: Paint): string[] {
  const names = applications.filter(({ size }) => size === 0).map(({ name, vsn }) => `${nameText(name)} ${vsn}`);
  return names.length === 0 ? [] : [paint.faint(wrap(`without processes: ${names.join(", ")}`, paint.width, 2, 0))];
}

/** How many processes there are, and how many are marked. */
function summary(facts: Facts, options: TreeOptions, { marksOf }: LabelContext, paint: Paint): string {
  const shown = facts.processes.filter((process) => isShown(process, options));
  const supervised = shown.filter((process) => process.supervised);
  const outside = shown.length - supervised.length;
  const marked = supervised.filter((process) => marksOf(process).length > 0).length;
  const hint = options.unsupervised || options.module !== undefined ? "" : " (--unsupervised)";
  const parts = [
    count(supervised.length, "process", "processes"),
    outside > 0 ? `${outside} outside every tree${hint}` : "",
    marked > 0 ? paint.warn(`${marked} marked with !`) : "",
  ];
  return wrap(parts.filter((part) => part !== "").join(", "), paint.width, 0);
}
