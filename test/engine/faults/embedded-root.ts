import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A release root of the embedded node. */
export interface EmbeddedRoot extends AsyncDisposable {
  readonly path: string;
}

const MODULES = ["faults_alpha", "faults_app", "faults_beta", "faults_beta_sup", "faults_sup", "faults_top"];

/** The application `faults` of fixtures/erlang in JavaScript, in both versions. */
export async function makeFaultsRoot(): Promise<EmbeddedRoot> {
  const path = await mkdtemp(join(tmpdir(), "relupctl-faults-root-"));
  for (const [file, text] of Object.entries({ ...filesOf("1"), ...filesOf("2"), [appup[0]]: appup[1] })) {
    await mkdir(dirname(join(path, file)), { recursive: true });
    await writeFile(join(path, file), text);
  }
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      await rm(path, { recursive: true, force: true });
    },
  };
}

const ENTRY = `[{"1", [{update, faults_sup, supervisor},
  {update, faults_beta, {advanced, []}},
  {update, faults_alpha, {advanced, []}, [faults_beta]}]}]`;
const appup = ["lib/faults-2/ebin/faults.appup", `{"2", ${ENTRY}, ${ENTRY}}.\n`] as const;

function filesOf(vsn: "1" | "2"): Record<string, string> {
  const ebin = `lib/faults-${vsn}/ebin`;
  const isNew = vsn === "2";
  return {
    [`releases/${vsn}/faults.rel`]: `{release, {"faults", "${vsn}"}, {erts, "13.1.5"},
      [{kernel, "8.5.3"}, {stdlib, "4.2"}, {sasl, "4.2"}, {faults, "${vsn}"}]}.\n`,
    [`${ebin}/faults.app`]: `{application, faults, [{description, "Five workers"}, {vsn, "${vsn}"},
      {modules, [${MODULES.join(", ")}]}, {registered, [faults_top, faults_sup, faults_beta_sup]},
      {applications, [kernel, stdlib]}, {env, [{level, ${vsn}}]}, {mod, {faults_app, []}}]}.\n`,
    [`${ebin}/faults_app.js`]: APPLICATION,
    [`${ebin}/faults_top.js`]: supervisor("faults_top", 1_000_000, [
      `record({ id: atom("faults_sup"), start: tuple(atom("faults_sup"), atom("start_link"), nil), type: atom("supervisor") })`,
      `record({ id: atom("faults_beta_sup"), start: tuple(atom("faults_beta_sup"), atom("start_link"), nil), type: atom("supervisor") })`,
    ]),
    [`${ebin}/faults_sup.js`]: supervisor(
      "faults_sup",
      isNew ? 2_000 : 1_000,
      ["alpha_1", "alpha_2", "alpha_3"].map((name) => worker(name, "faults_alpha", isNew ? 2_000 : 1_000)),
      vsn,
    ),
    [`${ebin}/faults_beta_sup.js`]: supervisor(
      "faults_beta_sup",
      1_000_000,
      ["beta_1", "beta_2"].map((name) => worker(name, "faults_beta", 5_000)),
    ),
    [`${ebin}/faults_alpha.js`]: isNew
      ? server("faults_alpha", vsn, `tuple(atom("alpha_2"), 0)`, {
          count: "state.elements[1]",
          next: `tuple(atom("alpha_2"), count + 1)`,
          change: `isTuple(oldVsn, "down", 2) ? tuple(atom("alpha"), count) : tuple(atom("alpha_2"), count)`,
        })
      : server("faults_alpha", vsn, `tuple(atom("alpha"), 0)`, {
          count: "state.elements[1]",
          next: `tuple(atom("alpha"), count + 1)`,
        }),
    [`${ebin}/faults_beta.js`]: isNew
      ? server("faults_beta", vsn, "record({ count: 0 })", {
          count: `typeof state === "number" ? state : mapGet(state, "count")`,
          next: "record({ count: count + 1 })",
          change: `isTuple(oldVsn, "down", 2) ? count : record({ count })`,
        })
      : server("faults_beta", vsn, "0", { count: "state", next: "count + 1" }),
  };
}

const HEAD = `const { apply, atom, gen_server, isTuple, keyGet, list, local, mapGet, nil, record, supervisor, tuple } =
  require("relupctl/runtime");
`;

/** It notes what it was configured to. */
const APPLICATION = `${HEAD}
exports.behaviour = "application";
exports.start = (_type, _args) => apply(atom("faults_top"), atom("start_link"), []);
exports.stop = (_state) => atom("ok");
exports.config_change = (_changed, _new, _removed) => atom("ok");
`;

const worker = (name: string, module: string, shutdown: number): string =>
  `record({ id: atom("${name}"), start: tuple(atom("${module}"), atom("start_link"), list(atom("${name}"))), shutdown: ${shutdown} })`;

const supervisor = (name: string, intensity: number, children: readonly string[], vsn = "1"): string => `${HEAD}
exports.vsn = "${vsn}";
exports.behaviour = "supervisor";
exports.start_link = () => supervisor.start_link(local("${name}"), atom("${name}"), nil);
exports.init = (_args) =>
  tuple(atom("ok"), tuple(record({ strategy: atom("one_for_one"), intensity: ${intensity}, period: 1 }),
    list(${children.join(", ")})));
`;

const server = (
  module: string,
  vsn: string,
  begin: string,
  { count, next, change }: { readonly count: string; readonly next: string; readonly change?: string },
): string => `${HEAD}
exports.vsn = "${vsn}";
exports.behaviour = "gen_server";
exports.start_link = (name) => gen_server.start_link(local(name.name), atom("${module}"), nil);
exports.init = (_args) => tuple(atom("ok"), ${begin});
exports.handle_call = (_request, _from, state) => {
  const count = ${count};
  return tuple(atom("reply"), count, ${next});
};
exports.handle_cast = (_message, state) => tuple(atom("noreply"), state);
${change === undefined ? "" : `exports.code_change = (oldVsn, state, _extra) => {\n  const count = ${count};\n  return tuple(atom("ok"), ${change});\n};`}
`;
