import { assert } from "@std/assert";
import {
  type TimedCall,
  type TimelineItem,
  type WirePacket,
  xray,
  type XrayOptions,
  type XrayRun,
} from "../../lib/xray/mod.ts";
import { isInstalled } from "../clients/programs.ts";
import { hasIpv6 } from "./net_fixture.ts";
import { stdArgs } from "../../lib/workbook/checker/std_args.ts";

/** Whether a program, with these arguments, does its work. */
function does(program: string, ...args: string[]): boolean {
  const streams = { stdin: "null", stdout: "null", stderr: "null" } as const;
  return isInstalled(program) &&
    new Deno.Command(program, { args, ...streams }).outputSync().success;
}

/** Why a tool cannot be used here; nothing if it can. */
const REASONS: Record<string, () => string> = {
  strace: () =>
    !isInstalled("strace")
      ? "strace is not installed"
      : does("strace", "-f", "-o", "/dev/null", "true")
      ? ""
      : "strace may not follow programs here",
  tcpdump: () =>
    !isInstalled("tcpdump")
      ? "tcpdump is not installed"
      // It lists link types only of what it may open.
      : does("tcpdump", "-i", "lo", "-L")
      ? ""
      : "capturing is not permitted here",
  IPv6: () => hasIpv6() ? "" : "no IPv6 here",
};
const reasons = new Map<string, string>();

/**
 * Registers a test that needs programs which look at others; where one cannot
 * be used, the test is ignored and its name says why.
 *
 * @param lookers The programs.
 * @param name What the test shows.
 * @param fn The test.
 */
export function testLooking(
  lookers: string[],
  name: string,
  fn: () => Promise<void>,
): void {
  for (const looker of lookers) {
    const reason = REASONS[looker] ??
      (() => isInstalled(looker) ? "" : `${looker} is not installed`);
    if (!reasons.has(looker)) reasons.set(looker, reason());
  }
  const why = lookers.map((looker) => reasons.get(looker)).find(Boolean) ?? "";
  Deno.test({
    name: name + (why === "" ? "" : ` (ignored: ${why})`),
    ignore: why !== "",
    fn,
  });
}

/** A run, and the folder in which its log and capture are. */
export interface KeptRun extends XrayRun, AsyncDisposable {
  folder: string;
}

/**
 * Runs a module under X-ray. The loopback interface is everybody's: where its
 * traffic was too much for the capture, it is run again.
 *
 * @param module The path of a lesson, or of what tells events like one.
 * @param options What to look at; calls and packets unless it says otherwise.
 * @returns What was seen.
 */
export async function look(
  module: string,
  options: Partial<XrayOptions> & { args?: string[] } = {},
): Promise<KeptRun> {
  const { args = [], ...others } = options;
  while (true) {
    const folder = await Deno.makeTempDir({ prefix: "socket-workbook-test-" });
    const run = await xray(
      [
        "run",
        "-q",
        "-A",
        ...stdArgs(),
        module,
        "--json",
        "--folder",
        folder,
        ...args,
      ],
      { calls: true, packets: true, folder, limitMs: 60_000, ...others },
    );
    const kept = {
      ...run,
      folder,
      [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
    };
    if (run.warnings.length === 0) return kept;
    await kept[Symbol.asyncDispose]();
  }
}

/** A call with its place on the timeline. */
export type CallAt = TimedCall & { at: number; step: number };

/** A packet with its place on the timeline. */
export type PacketAt = WirePacket & { at: number; step: number };

/** The calls of a timeline. */
export function callsOf(items: TimelineItem[]): CallAt[] {
  return items.flatMap((item, at) =>
    item.seen === "call" ? [{ ...item.call, at, step: item.step }] : []
  );
}

/** The packets of a timeline. */
export function packetsOf(items: TimelineItem[]): PacketAt[] {
  return items.flatMap((item, at) =>
    item.seen === "packet" ? [{ ...item.packet, at, step: item.step }] : []
  );
}

/**
 * Asserts that nothing on a timeline stands before what caused it: no bytes on
 * the wire that were not sent, none received that were not on the wire, no
 * connection accepted or found made before its handshake, no FIN before a close.
 *
 * @param items The timeline.
 */
export function assertCausal(items: TimelineItem[]): void {
  const sent = new Map<string, number>();
  const arrived = new Map<string, number>();
  const received = new Map<string, number>();
  const shaken = new Set<string>();
  const ended = new Set<string>();
  const calling = new Set<string>();
  const add = (map: Map<string, number>, key: string, bytes: number) =>
    map.set(key, (map.get(key) ?? 0) + bytes).get(key)!;
  let lastMs = -Infinity;
  let lastStep = 0;
  for (const item of items) {
    const what = JSON.stringify(item);
    // A packet that was sent late is still in the step that caused it.
    assert(item.step >= lastStep, `goes back to an earlier step: ${what}`);
    if (item.step > lastStep) lastMs = -Infinity;
    lastStep = item.step;
    assert(item.atMs >= lastMs, `goes back in time: ${what}`);
    lastMs = item.atMs;
    if (item.seen === "call") {
      const { name, socket, made, moves, asked = 0, moved = 0 } = item.call;
      if (socket.kind !== "tcp") continue;
      const { local, remote } = socket;
      const out = `${local} ${remote}`;
      const back = `${remote} ${local}`;
      if (name === "connect") calling.add(remote!);
      // How many it will take is not known when it begins.
      if (moves === "out") add(sent, out, Math.max(asked, moved));
      if (moves === "in" && item.call.error === undefined) {
        const total = add(received, back, moved);
        assert(total <= (arrived.get(back) ?? 0), `not yet there: ${what}`);
      }
      if (name === "shutdown" || name === "close") ended.add(out);
      if (made !== undefined && name.startsWith("accept")) {
        assert(shaken.has(`${made.remote} ${made.local}`), `no ACK: ${what}`);
      }
      if (item.call.given === "SO_ERROR" && item.call.returned === "0") {
        assert(shaken.has(out), `not yet connected: ${what}`);
      }
    }
    if (item.seen === "packet" && item.packet.protocol === "tcp") {
      const { source, destination, flags = "", bytes } = item.packet;
      const way = `${source} ${destination}`;
      if (flags === "SYN") {
        assert(calling.has(destination), `nobody connects: ${what}`);
      } else if (!flags.includes("RST")) {
        const opposite = `${destination} ${source}`;
        if (flags !== "SYN,ACK") shaken.add(way).add(opposite);
      }
      if (flags.includes("FIN")) assert(ended.has(way), `too early: ${what}`);
      if (!item.packet.retransmission) {
        const total = add(arrived, way, bytes);
        assert(total <= (sent.get(way) ?? 0), `not yet sent: ${what}`);
      }
    }
  }
}

/**
 * Asserts that a process has ended, which may take it a moment.
 *
 * @param pid The process ID.
 */
export async function assertGone(pid: number): Promise<void> {
  const { success } = await new Deno.Command("timeout", {
    args: ["20", "tail", `--pid=${pid}`, "-s", "0.1", "-f", "/dev/null"],
    stdout: "null",
    stderr: "null",
  }).output();
  assert(success, `process ${pid} goes on`);
}
