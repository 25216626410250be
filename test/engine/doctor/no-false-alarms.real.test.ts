import { expect, it } from "vitest";
import { connectTo } from "../../support/connect.js";
import { describeElixir, describeErlang } from "../../support/erlang.js";
import { startNode } from "../../support/peer.js";
import { findingsOf } from "./support.js";

describeErlang("doctor on a node that runs OTP's own applications", () => {
  it("finds nothing", async () => {
    await using node = await startNode({ args: ["-kernel", "logger_level", "none"] });
    const started = await node.eval(`
      application:load(mnesia), application:set_env(mnesia, dir, "${node.home}/mnesia"),
      [element(1, application:ensure_all_started(App)) || App <-
        [sasl, crypto, asn1, public_key, ssl, inets, ssh, mnesia, snmp, os_mon, runtime_tools, tftp, ftp, eldap, diameter,
         syntax_tools, xmerl, tools, reltool, megaco, odbc, et, debugger, observer]]`);
    expect(started).toMatch(/^\[(ok,){12,}/);
    await node.eval(`
      Key = public_key:generate_key({rsa, 1024, 65537}),
      ok = file:write_file("${node.home}/ssh_host_rsa_key",
        public_key:pem_encode([public_key:pem_entry_encode('RSAPrivateKey', Key)])),
      {ok, _} = ssh:daemon({127,0,0,1}, 0, [{system_dir, "${node.home}"}, {no_auth_needed, true}]),
      {ok, _} = inets:start(httpd, [{port, 0}, {server_name, "x"}, {server_root, "${node.home}"},
        {document_root, "${node.home}"}, {bind_address, {127,0,0,1}}]),
      {ok, _} = inets:start(httpc, [{profile, other}]),
      mnesia:create_table(t, []), {ok, _} = dets:open_file(d, [{file, "${node.home}/d"}]),
      {ok, _} = disk_log:open([{name, l}, {file, "${node.home}/l"}]), {ok, _} = pg:start(scope), ok`);
    await using target = await connectTo(node);
    expect(await findingsOf(target, { states: true })).toEqual([]);
  });
});

describeElixir("doctor on a node that runs Elixir's own applications", () => {
  it("finds nothing, also not in children that are Elixir's own", async () => {
    await using node = await startNode({ elixir: true });
    await node.eval(`
      [{ok, _} = application:ensure_all_started(App) || App <- [sasl, logger, iex, mix, eex, ex_unit]],
      ok = application:load({application, shop, [{vsn, "1"}, {applications, []}, {mod, {shop_app, []}}]}),
      'Elixir.Code':eval_string(<<"
        defmodule Shop.Cart do
          use GenServer
          def start_link(name), do: GenServer.start_link(__MODULE__, [], name: name)
          def init(state), do: {:ok, state}
        end
        defmodule :shop_app do
          def start(_, _) do
            children = [
              {Registry, keys: :unique, name: Shop.Registry}, {Task.Supervisor, name: Shop.Tasks},
              {DynamicSupervisor, name: Shop.Carts}, {Agent, fn -> fn -> 1 end end}, {Shop.Cart, Shop.One},
              {Task, fn -> Process.sleep(:infinity) end}, {PartitionSupervisor, child_spec: Task.Supervisor, name: Shop.Parts}]
            {:ok, top} = Supervisor.start_link(children, strategy: :one_for_one)
            {:ok, _} = DynamicSupervisor.start_child(Shop.Carts, {Shop.Cart, Shop.Two})
            Task.Supervisor.start_child(Shop.Tasks, fn -> Process.sleep(:infinity) end)
            Task.Supervisor.async_nolink(Shop.Tasks, fn -> Process.sleep(:infinity) end)
            {:ok, top}
          end
          def stop(_), do: :ok
        end">>),
      ok = application:start(shop)`);
    await using target = await connectTo(node);
    expect(await findingsOf(target)).toEqual([]);
  });
});
