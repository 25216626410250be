/**
 * How fast terms are encoded and decoded, beside Erlang's own term_to_binary/1 and binary_to_term/1 on the same data.
 *
 *     npx tsx bench/etf.ts [SECONDS PER MEASUREMENT]
 *
 * A ratio above 1 means that Erlang is that many times faster.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeTerm } from "../src/terms/etf/decode.js";
import { encodeTerm } from "../src/terms/etf/encode.js";

const seconds = Number(process.argv[2] ?? 1);

/** What is measured: terms as they travel between a release handler and a node, and extremes. */
const SAMPLES = `
  Self = self(),
  Samples = [
    {"children of supervisors", [{I, Self, worker, [list_to_atom("module_" ++ integer_to_list(I rem 50))]} || I <- lists:seq(1, 20000)]},
    {"arguments of erpc calls", [{call, sys, change_code, [Self, my_server, {down, "1.2.3"}, [], 5000]} || _ <- lists:seq(1, 20000)]},
    {"abstract code of lists.erl", element(2, element(2, hd(element(2, element(2, beam_lib:chunks(code:which(lists), [abstract_code]))))))},
    {"maps with binaries", [#{id => I, name => integer_to_binary(I), state => #{count => I * 1000, log => <<0:800>>}} || I <- lists:seq(1, 20000)]},
    {"integers", lists:seq(1, 300000)},
    {"floats and big integers", [{I * 1.5, I bsl 64} || I <- lists:seq(1, 50000)]},
    {"strings", [integer_to_list(I) ++ " of several characters" || I <- lists:seq(1, 50000)]},
    {"a binary of 16 MB", binary:copy(<<"0123456789abcdef">>, 1 bsl 20)}
  ]`;

const MEASURE = `
  Time = fun(Work) ->
    Work(), Work(),
    Start = erlang:monotonic_time(nanosecond),
    Until = Start + Budget,
    Loop = fun Loop(N) ->
      Work(),
      Now = erlang:monotonic_time(nanosecond),
      if Now >= Until -> (Now - Start) / N; true -> Loop(N + 1) end
    end,
    Loop(1)
  end,
  InProcess = fun(Work) ->
    {Pid, Ref} = spawn_opt(fun() -> exit({took, Time(Work)}) end, [monitor, {min_heap_size, 20000000}]),
    receive {'DOWN', Ref, process, Pid, {took, Nanoseconds}} -> Nanoseconds end
  end,
  lists:foreach(fun({Index, {Name, Term}}) ->
    Bytes = term_to_binary(Term),
    ok = file:write_file(filename:join(Dir, integer_to_list(Index)), Bytes),
    Encode = InProcess(fun() -> term_to_binary(Term) end),
    Decode = InProcess(fun() -> binary_to_term(Bytes) end),
    io:format("~ts\\t~w\\t~w~n", [Name, Encode, Decode])
  end, lists:zip(lists:seq(1, length(Samples)), Samples)),
  halt().`;

/** Nanoseconds for one run of `work`, averaged over the time given on the command line. */
function time(work: () => unknown): number {
  for (let i = 0; i < 3; i++) work();
  const start = process.hrtime.bigint();
  const until = start + BigInt(Math.round(seconds * 1e9));
  for (let runs = 1; ; runs++) {
    work();
    const now = process.hrtime.bigint();
    if (now >= until) return Number(now - start) / runs;
  }
}

const directory = mkdtempSync(join(tmpdir(), "relupctl-bench-"));
try {
  const program = `Dir = ${JSON.stringify(directory)}, Budget = ${Math.round(seconds * 1e9)}, ${SAMPLES}, ${MEASURE}`;
  const output = execFileSync("erl", ["-noinput", "-boot", "start_clean", "-eval", program], { encoding: "utf8" });
  console.log("sample                             MB    encode MB/s  (erl / ratio)    decode MB/s  (erl / ratio)");
  output
    .trim()
    .split("\n")
    .forEach((line, index) => {
      const [name, erlEncode, erlDecode] = line.split("\t") as [string, string, string];
      const bytes = readFileSync(join(directory, String(index + 1)));
      const term = decodeTerm(bytes);
      const perSecond = (nanoseconds: number): string => ((bytes.length / nanoseconds) * 1e3).toFixed(0).padStart(6);
      const column = (ours: number, erl: number): string =>
        `${perSecond(ours)}  (${perSecond(erl)} / ${(ours / erl).toFixed(2)})`.padEnd(30);
      const encode = time(() => encodeTerm(term));
      const decode = time(() => decodeTerm(bytes));
      const size = (bytes.length / 1e6).toFixed(2).padStart(6);
      console.log(
        `${name.padEnd(30)} ${size}    ${column(encode, Number(erlEncode))} ${column(decode, Number(erlDecode))}`,
      );
    });
} finally {
  rmSync(directory, { recursive: true, force: true });
}
