import { atom, list, type Term } from "../terms/term.js";
import { parseSurfaceName, type SurfaceName } from "../target/surface.js";
import type { Target } from "../target/target.js";
import { listElements, taggedTuple, tupleElements } from "../terms/access.js";
import { answered, attempt, DEFAULT_TIMEOUT_MS, type Answer, type CallOptions, UnexpectedAnswer } from "./invoke.js";
import { surfaceFun } from "./surface-fun.js";

/** Calls at work at once on the node: more than its cores gain nothing, fewer leave one idle behind a slow element. */
const CONCURRENT_BATCHES = 4;
/** Elements of one call at the most, so that no message grows too large. */
const BATCH_SIZE = 25_000;

/** What an element may add to the time of its batch: on a busy node also small questions take a while. */
const EACH_MS = 50;

/**
 * Asks one function of the surface with each list of arguments, in few round trips, and gives what became of each, in
 * the order asked. On the node each element runs inside `rpc:call(node(), M, F, A)`, which catches: an element that
 * raises spoils no other.
 * @param options.timeoutMs for a batch as a whole, besides {@link EACH_MS} for each of its elements
 * @throws CallError when a batch wasn't sent, or its answer didn't come
 */
export async function askEach(
  target: Target,
  name: SurfaceName,
  argumentLists: readonly (readonly Term[])[],
  options: CallOptions = {},
): Promise<Answer[]> {
  return await overBatches(batchesOf(argumentLists), (batch) => askBatch(target, name, batch, options));
}

/**
 * Does work on batches, a few at once, and gives the results in the order of the batches.
 * @param work gives one result for each element of its batch
 */
export async function overBatches<Batch, Result>(
  batches: readonly Batch[],
  work: (batch: Batch) => Promise<readonly Result[]>,
): Promise<Result[]> {
  const results = new Array<readonly Result[]>(batches.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < batches.length) {
      const index = next++;
      results[index] = await work(batches[index]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENT_BATCHES, batches.length) }, worker));
  return results.flat();
}

/** Contiguous batches, as many as can be at work at once, or more where they would grow too large. */
export function batchesOf<T>(elements: readonly T[]): (readonly T[])[] {
  const size = Math.min(BATCH_SIZE, Math.max(1, Math.ceil(elements.length / CONCURRENT_BATCHES)));
  const batches: (readonly T[])[] = [];
  for (let at = 0; at < elements.length; at += size) batches.push(elements.slice(at, at + size));
  return batches;
}

const rpcCall = surfaceFun("rpc:call/4");
const applyFun = surfaceFun("erlang:apply/2");

async function askBatch(
  target: Target,
  name: SurfaceName,
  argumentLists: readonly (readonly Term[])[],
  options: CallOptions,
): Promise<Answer[]> {
  const { module, function: fun } = parseSurfaceName(name);
  const node = atom(target.identity.node);
  const calls = argumentLists.map((args) => list(node, atom(module), atom(fun), list(...args)));
  const funs = list(...calls.map(() => rpcCall));
  const timeoutMs = (options.timeoutMs ?? DEFAULT_TIMEOUT_MS) + argumentLists.length * EACH_MS;
  const args = [applyFun, funs, list(...calls)];
  const outcome = answered(name, await attempt(target, "lists:zipwith/3", args, { timeoutMs }));
  if (outcome.kind !== "returned") return argumentLists.map(() => outcome);
  const values = listElements(outcome.value);
  if (values?.length !== argumentLists.length) throw new UnexpectedAnswer("lists:zipwith/3", outcome.value);
  return values.map(outcomeOfRpc);
}

/** `rpc:call/4` answers `{badrpc, {'EXIT', Reason}}` for what raised. */
export function outcomeOfRpc(value: Term): Answer {
  const caught = taggedTuple(value, "badrpc", 2);
  if (caught === undefined) return { kind: "returned", value };
  const exit = taggedTuple(caught[1], "EXIT", 2);
  if (exit === undefined) return { kind: "raised", class: "exit", reason: caught[1]! };
  return { kind: "raised", class: "exit", reason: exit[1]! };
}

/** `{Reason, Stack}` without the stack; any other reason as it is. */
export function reasonWithoutStack(reason: Term): Term {
  const pair = tupleElements(reason, 2);
  const frames = listElements(pair?.[1]);
  const isStack =
    frames !== undefined && frames.length > 0 && frames.every((frame) => tupleElements(frame, 4) !== undefined);
  return pair !== undefined && isStack ? pair[0]! : reason;
}
