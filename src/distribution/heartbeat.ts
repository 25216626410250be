/**
 * Is the other side still there? Pure: it is told the time and what happened, and says what to do.
 *
 * A node closes a connection on which it has read nothing for its net_ticktime; a hidden node it also sends ticks as long
 * as it reads nothing (dist_util: send_tick). So ticks are answered at once, which is right for every net_ticktime, and
 * sent when nothing else was. A node's own ticks come as rarely as its net_ticktime says, which we don't know; therefore
 * a silent node is asked something that its emulator answers by itself (`probe`).
 */
export class Heartbeat {
  readonly #tickTimeMs: number;
  #received: number;
  #sent: number;
  #checked: number;

  /** `tickTimeMs`: a node that was silent for so long is gone. `now` is in milliseconds, as everywhere here. */
  constructor(tickTimeMs: number, now: number) {
    this.#tickTimeMs = tickTimeMs;
    this.#received = this.#sent = this.#checked = now;
  }

  /** How often `check` is to be called. */
  get intervalMs(): number {
    return this.#tickTimeMs / 4;
  }

  received(now: number): void {
    this.#received = now;
  }

  sent(now: number): void {
    this.#sent = now;
  }

  /** `probe`: ask for a sign of life. `tick`: give one. */
  check(now: number): "idle" | "tick" | "probe" | "dead" {
    // We were not running: what the node has sent meanwhile is still to be read.
    if (now - this.#checked > 2 * this.intervalMs) this.#received = Math.max(this.#received, now - this.intervalMs);
    this.#checked = now;
    const silent = now - this.#received;
    if (silent >= this.#tickTimeMs) return "dead";
    if (silent >= this.intervalMs) return "probe";
    return now - this.#sent >= this.intervalMs ? "tick" : "idle";
  }
}
