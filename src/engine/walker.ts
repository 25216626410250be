import { topProcess } from "../otp/application.js";
import { dynamicModules, pidText, processFacts, type ProcessFacts } from "../otp/process.js";
import { callbackModules, whichChildrenEach, type Child } from "../otp/supervisor.js";
import { sysStatusEach, type SysStatus } from "../otp/sys.js";
import type { Target } from "../target/target.js";
import type { Pid } from "../terms/term.js";
import type { WalkAnomaly } from "../upgrade/facts.js";
import { topPlace, walked, type Found, type Place } from "./place.js";
import type { WalkedProcess } from "./walk.js";

/** A supervisor that answered. */
interface WalkedSupervisor {
  readonly pid: Pid;
  readonly children: readonly Child[];
}

/** Behaviours that know nothing of `which_children` and `get_modules`: whoever asks them reaches a user's callback. */
const PLAIN_BEHAVIOURS = new Set(["gen_server", "gen_statem", "gen_event", "gen_fsm"]);

/** For a process that most likely answers no system message. */
const FOREIGN_MS = 250;

/** Walks level by level, so that the number of round trips depends on the depth of the tree and not on its size. */
export class Walker {
  readonly anomalies: WalkAnomaly[] = [];
  readonly supervisors: WalkedSupervisor[] = [];
  /** Children that run on other nodes: their code is not this node's, so nothing below them is asked for. */
  readonly remote: WalkedProcess[] = [];
  readonly #target: Target;
  readonly #timeoutMs: number;
  /** Supervisors that were asked, so that none is asked twice. */
  readonly #asked = new Set<string>();
  /** Supervisors that are declared workers: walked when all that OTP sees has been. */
  readonly #disguised: Place[] = [];

  constructor(target: Target, timeoutMs: number) {
    this.#target = target;
    this.#timeoutMs = timeoutMs;
  }

  /** Gives the top process of each application that has one, with all that is below it. */
  async walk(applications: readonly string[]): Promise<Place[]> {
    const tops = await this.#tops(applications);
    await this.#levels(tops);
    while (this.#disguised.length > 0) await this.#levels(this.#disguised.splice(0));
    return tops;
  }

  async #tops(applications: readonly string[]): Promise<Place[]> {
    const options = { timeoutMs: this.#timeoutMs };
    const found = await Promise.all(applications.map((application) => topProcess(this.#target, application, options)));
    const answered = found.flatMap((process, index) => {
      const application = applications[index]!;
      if (process?.top !== undefined) return [{ application, pid: process.top }];
      if (process !== undefined) this.#report("supervisor_not_responding", process.master, application);
      return [];
    });
    const tops = (await this.#statusOfTops(answered)).filter(({ status }) => status.state !== "noproc");
    // A silent supervisor would not tell its module either: one time-out for it is enough.
    const running = tops.filter(({ status }) => status.state === "running");
    const told = await callbackModules(
      this.#target,
      running.map(({ pid }) => pid),
      this.#timeoutMs,
    );
    for (const [index, { pid, application }] of running.entries()) {
      if (told[index] === undefined) this.#report("callback_module_unknown", pid, application);
    }
    const modules = new Map(running.map((top, index) => [top, told[index]]));
    return tops.map((top) => {
      const isForeign = top.isForeign && top.status.state === "not_responding";
      if (isForeign) this.#report("callback_module_unknown", top.pid, top.application);
      return topPlace(top, isForeign ? { isForeign } : { module: modules.get(top), isSupervisor: top.isSupervisor });
    });
  }

  /** A process that `proc_lib` didn't start is hardly one that answers system messages: it isn't waited for long. */
  async #statusOfTops<Top extends { readonly pid: Pid }>(
    tops: readonly Top[],
  ): Promise<(Top & { readonly status: SysStatus; readonly isForeign: boolean; readonly isSupervisor: boolean })[]> {
    const pidsOf = (some: readonly Top[]): Pid[] => some.map(({ pid }) => pid);
    const facts = await processFacts(this.#target, pidsOf(tops), { timeoutMs: this.#timeoutMs });
    const foreign = tops.filter((_, index) => facts[index] !== undefined && facts[index].initialCall === undefined);
    const own = tops.filter((top) => !foreign.includes(top));
    const answers = await Promise.all([
      sysStatusEach(this.#target, pidsOf(foreign), FOREIGN_MS),
      this.#status(pidsOf(own)),
    ]);
    const told = answers.flat();
    const statuses = new Map([...foreign, ...own].map((top, index) => [top, told[index]!]));
    return tops.map((top, index) => {
      const isSupervisor = facts[index]?.isSupervisor === true;
      return { ...top, status: statuses.get(top)!, isForeign: foreign.includes(top), isSupervisor };
    });
  }

  /** Asks the supervisors for their children, those of them that are supervisors for theirs, and so on. */
  async #levels(first: readonly Place[]): Promise<void> {
    let level = first;
    while (level.length > 0) {
      const found = await this.#childrenOf(level.filter((place) => this.#isNew(place)));
      level = await this.#place(found);
    }
  }

  #isNew({ process }: Place): boolean {
    const key = pidText(process.pid);
    if (this.#asked.has(key)) return false;
    this.#asked.add(key);
    return true;
  }

  async #childrenOf(level: readonly Place[]): Promise<Found[]> {
    const unknown = level.filter(({ status }) => status === undefined);
    const statuses = await this.#status(unknown.map(({ process }) => process.pid));
    const told = new Map(unknown.map((place, index) => [place, statuses[index]!]));
    const asked = level.filter((place) => this.#maybeAsked(place, place.status ?? told.get(place)!));
    const answers = await whichChildrenEach(
      this.#target,
      asked.map(({ process }) => process.pid),
      this.#timeoutMs,
    );
    return asked.flatMap((under, index): Found[] => {
      const children = answers[index]!;
      const { pid, application } = under.process;
      if (!Array.isArray(children)) {
        if (children !== "gone") this.#report("supervisor_not_responding", pid, application);
        return [];
      }
      this.supervisors.push({ pid, children });
      return children.flatMap((child): Found[] => {
        if (child.pid === undefined) return [];
        const found = { child, pid: child.pid, under };
        if (child.pid.node.name === this.#target.identity.node) return [found];
        this.remote.push(walked(found, undefined));
        return [];
      });
    });
  }

  /** Whether a supervisor can be asked for its children; where it can't, that is reported. */
  #maybeAsked({ process, isForeign, isSupervisor }: Place, { state, behaviour }: SysStatus): boolean {
    if (isForeign === true) return false;
    const { pid, application } = process;
    if (state === "suspended") this.#report("supervisor_suspended", pid, application);
    if (state === "not_responding") this.#report("supervisor_not_responding", pid, application);
    const isUnknownTop = process.supervisor === undefined && process.hidden && isSupervisor !== true;
    return state === "running" && !(isUnknownTop && PLAIN_BEHAVIOURS.has(behaviour ?? ""));
  }

  /** Puts children into the tree. Gives the supervisors among them. */
  async #place(found: readonly Found[]): Promise<Place[]> {
    const facts = await this.#facts(found.filter(({ child }) => child.type === "worker"));
    const modules = await this.#dynamicModules(found, facts);
    const supervisors: Place[] = [];
    for (const each of found) {
      const { child, pid, under } = each;
      const place: Place = { process: walked(each, modules.get(each)), places: [] };
      under.places.push(place);
      if (child.type === "supervisor") supervisors.push(place);
      else if (facts.get(each)?.isSupervisor === true) {
        this.#report("worker_is_supervisor", pid, under.process.application);
        this.#disguised.push({ ...place, process: { ...place.process, hidden: true } });
      }
    }
    return supervisors;
  }

  /**
   * The modules of workers that are declared `dynamic`; a supervisor with them is not asked, as in OTP. What isn't an
   * event manager, though it is one of the behaviours, isn't asked either.
   */
  async #dynamicModules(
    found: readonly Found[],
    facts: ReadonlyMap<Found, ProcessFacts | undefined>,
  ): Promise<Map<Found, readonly string[]>> {
    const dynamic = found.filter(({ child }) => child.type === "worker" && child.modules === "dynamic");
    const isManager = (each: Found): boolean => facts.get(each)?.callbackModule === "gen_event";
    const others = dynamic.filter((each) => !isManager(each));
    const statuses = await this.#status(others.map(({ pid }) => pid));
    const plain = new Set(others.filter((_, index) => PLAIN_BEHAVIOURS.has(statuses[index]!.behaviour ?? "")));
    const asked = dynamic.filter((each) => !plain.has(each));
    const answers = await dynamicModules(
      this.#target,
      asked.map(({ pid }) => pid),
      this.#timeoutMs,
    );
    const modules = new Map<Found, readonly string[]>();
    const silent = [...plain];
    asked.forEach((each, index) => {
      const answer = answers[index];
      if (Array.isArray(answer)) modules.set(each, answer);
      else if (answer === undefined) silent.push(each);
    });
    for (const { pid, under } of silent) this.#report("dynamic_not_responding", pid, under.process.application);
    return modules;
  }

  async #facts(found: readonly Found[]): Promise<Map<Found, ProcessFacts | undefined>> {
    const facts = await processFacts(
      this.#target,
      found.map(({ pid }) => pid),
      { timeoutMs: this.#timeoutMs },
    );
    return new Map(found.map((each, index) => [each, facts[index]]));
  }

  #status(pids: readonly Pid[]): Promise<SysStatus[]> {
    return sysStatusEach(this.#target, pids, this.#timeoutMs);
  }

  #report(kind: WalkAnomaly["kind"], pid: Pid, application: string): void {
    this.anomalies.push({ kind, pid: pidText(pid), application });
  }
}
