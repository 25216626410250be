import { atom, Pid, Reference, type Atom } from "../terms/term.js";

/** The one process that a hidden node of ours has, as the other side sees it: a pid, and references it makes. */
export class OwnProcess {
  readonly node: Atom;
  readonly creation: number;
  readonly pid: Pid;
  #references = 0;

  constructor(node: string, creation: number) {
    this.node = atom(node);
    this.creation = creation;
    this.pid = new Pid(this.node, 1, 0, creation);
  }

  /** A new reference, and the number by which {@link idOf} finds it again. */
  newReference(): { readonly id: number; readonly ref: Reference } {
    const id = ++this.#references;
    // The first word of a reference has 18 bits that count.
    const ref = new Reference(this.node, this.creation, [id % 0x4_0000, Math.floor(id / 0x4_0000), 0]);
    return { id, ref };
  }

  /** The number of a reference that was made here. */
  idOf(ref: Reference): number | undefined {
    const [low, high, last] = ref.words;
    if (ref.node !== this.node || ref.creation !== this.creation || ref.words.length !== 3) return undefined;
    return last === 0 ? high! * 0x4_0000 + low! : undefined;
  }

  /** Whether it is this process. */
  is(process: Pid | Atom): boolean {
    if (!(process instanceof Pid)) return false;
    const { node, creation, id, serial } = process;
    return node === this.node && creation === this.creation && id === this.pid.id && serial === this.pid.serial;
  }
}
