import { describe, expect, it } from "vitest";
import { ManualClock, type NodeEvent } from "../../src/runtime/index.js";
import { bootTest, eventText } from "./support/boot.js";
import { PATIENTLY } from "./support/runs.js";
import { counterApplication } from "./support/modules.js";

const shown = (events: readonly NodeEvent[]): string[] => events.map(eventText);

describe("what the node reports", () => {
  it("starts: progress of children and applications", async () => {
    await using test = await bootTest([counterApplication]);
    expect(shown(test.events)).toEqual([
      "progress kernel",
      "progress stdlib",
      expect.stringMatching(/^progress \{local,app_sup\} \[\{pid,<.*>\},\{id,z\},\{mfargs,\{z,start_link,\[\]\}\},/),
      "progress app",
    ]);
  });

  it("a crash: by the server, by proc_lib, and by the supervisor that starts it again", async () => {
    await using test = await bootTest([counterApplication]);
    test.events.length = 0;
    await test.call("gen_server:call", "z", "crash");
    await expect.poll(() => test.events.length, PATIENTLY).toBe(4);
    expect(shown(test.events)).toEqual([
      expect.stringMatching(/^gen_server_terminated z crash 0 \{\{js_error,<<"oops">>\},\[\{z,handle_call,3,/),
      expect.stringMatching(/^crash_report z \{z,init,1\} error \{js_error,<<"oops">>\} \[\{z,handle_call,3,/),
      expect.stringMatching(/^supervisor_report \{local,app_sup\} child_terminated \{\{js_error,<<"oops">>\},/),
      expect.stringMatching(/^progress \{local,app_sup\} /),
    ]);
  });

  it("too many restarts, and the end of the application", async () => {
    // However long it takes, it is too many in the time that the supervisor allows them for.
    const clock = new ManualClock();
    await using test = await bootTest([{ ...counterApplication, type: "temporary" }], { clock });
    test.events.length = 0;
    await test.call("gen_server:call", "z", "crash");
    await expect.poll(() => test.call("erlang:whereis", "z"), PATIENTLY).not.toBe("undefined");
    await test.call("gen_server:call", "z", "crash");
    await expect.poll(() => shown(test.events).at(-1), PATIENTLY).toBe("application_exited app shutdown temporary");
    expect(shown(test.events)).toContainEqual(
      expect.stringMatching(/^supervisor_report \{local,app_sup\} shutdown reached_max_restart_intensity /),
    );
  });

  it("a plain process that fails, and a message that no handle_info takes", async () => {
    await using test = await bootTest([counterApplication]);
    test.events.length = 0;
    await test.value("erlang:spawn", "erlang", "error", "[bad]");
    await test.value("erlang:spawn", "erlang", "exit", "[quiet]");
    await test.value("erlang:send", "z", "stray");
    await expect.poll(() => test.events.length, PATIENTLY).toBe(2);
    expect(shown(test.events)).toEqual([
      "process_error {bad,[{erlang,error,1,[]}]}",
      "log warning gen_server z has no handle_info: a message was dropped",
    ]);
  });
});
