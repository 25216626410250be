import type { BifModule } from "../context.js";
import { application } from "./application.js";
import { applicationController, applicationMaster } from "./application-controller.js";
import { beamLib } from "./beam-lib.js";
import { code } from "./code.js";
import { crypto } from "./digests.js";
import { erlEval } from "./erl-eval.js";
import { erlang } from "./erlang.js";
import { ets } from "./ets.js";
import { fileWrites } from "./file-writes.js";
import { erlPrimLoader, file } from "./files.js";
import { genEvent } from "./gen-event.js";
import { gen, genServer } from "./gen-server.js";
import { lists } from "./lists.js";
import { procLib } from "./proc-lib.js";
import { re } from "./re.js";
import { releaseHandler } from "./release-handler.js";
import { rpc } from "./rpc.js";
import { disksup, init, kernel, maps, os } from "./small.js";
import { supervisor } from "./supervisor.js";
import { sys } from "./sys.js";
import { timer } from "./timer.js";

/** OTP's modules as far as the embedded node has them, by name. */
export const builtInModules: ReadonlyMap<string, BifModule> = new Map(
  Object.entries({
    application,
    application_controller: applicationController,
    application_master: applicationMaster,
    beam_lib: beamLib,
    code,
    crypto,
    disksup,
    erl_prim_loader: erlPrimLoader,
    erl_eval: erlEval,
    erlang,
    ets,
    file: { ...file, ...fileWrites },
    gen,
    gen_event: genEvent,
    gen_server: genServer,
    init,
    kernel,
    lists,
    maps,
    os,
    proc_lib: procLib,
    re,
    release_handler: releaseHandler,
    rpc,
    supervisor,
    sys,
    timer,
  }),
);
