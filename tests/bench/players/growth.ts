/**
 * Work of any size: a capture, a traced run, a room. Each task gets the size, and
 * gives the microseconds that one item of it took.
 *
 * @module
 */
import { Room } from "../../../lessons/09_chat/room.ts";
import { RoomServer } from "../../../lessons/09_chat/room_server.ts";
import { lessons } from "../../../lessons/mod.ts";
import { readExact, writeAll } from "../../../lib/net/mod.ts";
import {
  concat,
  encodePacket,
  encodePcapHeader,
  encodePcapPacket,
} from "../../../lib/wire/mod.ts";
import packets from "../../../lib/workbook/cli/commands/packets.ts";
import { RunSummary, TimelineDrawer } from "../../../lib/xray/mod.ts";
import { Observer } from "../../../lib/xray/observer.ts";
import { Traffic } from "../../lib/xray_traffic.ts";
import * as paint from "@std/fmt/colors";
import { clockMs, play } from "./play.mjs";

/** The most memory that the last task took in addition, in bytes per item. */
let bytesEach = NaN;

/** Measures the time and the memory that some work takes for each of its items. */
async function each(items: number, work: () => unknown): Promise<number> {
  const [before, startMs] = [resetPeak(), clockMs()];
  await work();
  const spentMs = clockMs() - startMs;
  bytesEach = (peak() - before) / items;
  return 1000 * spentMs / items;
}

/** Linux keeps the most memory that a process ever had, until it is reset. */
function resetPeak(): number {
  if (Deno.build.os !== "linux") return NaN;
  Deno.writeTextFileSync("/proc/self/clear_refs", "5");
  return peak();
}

function peak(): number {
  if (Deno.build.os !== "linux") return NaN;
  const status = Deno.readTextFileSync("/proc/self/status");
  return 1024 * Number(/^VmHWM:\s+(\d+)/m.exec(status)![1]);
}

const FEW_PACKETS = 5000;
const PACKETS_EACH = 20;

/** `deno task packets FILE`, of conversations with 20 packets each. */
async function list(count: number): Promise<number> {
  const file = await Deno.makeTempFile({ suffix: ".pcap" });
  try {
    await writeCapture(file, FEW_PACKETS);
    await listPackets(file);
    await writeCapture(file, count);
    return await each(count, () => listPackets(file));
  } finally {
    await Deno.remove(file);
  }
}

async function listPackets(file: string): Promise<void> {
  using nowhere = await Deno.open("/dev/null", { write: true });
  await packets([file], {
    lessons,
    paint,
    width: 80,
    print() {},
    complain(line) {
      throw new Error(line);
    },
    input: { isTerminal: () => false, readable: ReadableStream.from([]) },
    output: {
      isTerminal: () => false,
      write: (bytes) => nowhere.write(bytes),
    },
  });
}

async function writeCapture(path: string, count: number): Promise<void> {
  using file = await Deno.open(path, { write: true, truncate: true });
  await writeAll(file, encodePcapHeader());
  for (let number = 0; number < count; number += PACKETS_EACH) {
    const conversation = number / PACKETS_EACH;
    const records: Uint8Array[] = [];
    for (let i = 0; i < PACKETS_EACH; i++) {
      const isRequest = i % 2 === 0;
      const ports = [20_000 + conversation % 40_000, 7000];
      const [from, to] = isRequest ? ports : ports.toReversed();
      const host = `127.0.1.${Math.floor(conversation / 40_000)}`;
      const sent = 5 * Math.floor((i + 1) / 2);
      const bytes = encodePacket({
        ip: { version: 4, source: host, destination: host },
        tcp: {
          sourcePort: from,
          destinationPort: to,
          sequence: 1 + (isRequest ? sent : sent - 5),
          acknowledgment: 1 + (isRequest ? sent : sent),
          flags: { ack: true, psh: true },
        },
        payload: new TextEncoder().encode("hello"),
      });
      const at = number + i;
      const seconds = 1_700_000_000 + Math.floor(at / 1e5);
      const time = { seconds, nanoseconds: 1e4 * (at % 1e5) };
      records.push(encodePcapPacket({ time, bytes }));
    }
    await writeAll(file, concat(records));
  }
}

const FEW_CALLS = 3000;

/** `--xray` on a run: all calls and packets are kept, and drawn at the end. */
async function xray(calls: number): Promise<number> {
  drawRun(FEW_CALLS);
  return await each(calls, () => drawRun(calls));
}

function drawRun(calls: number): void {
  const observer = new Observer({ traced: true });
  const traffic = new Traffic(observer);
  traffic.listen();
  for (let i = 0; i < calls / 6; i++) traffic.serveOne(20_000 + i % 40_000);
  const items = observer.take();
  const drawer = new TimelineDrawer({ width: 80, views: ["call", "packet"] });
  drawer.draw(items);
  const summary = new RunSummary();
  summary.add(items);
  summary.draw({ width: 80, calls: true, packets: true });
}

/** Lines that reach a member, whatever the number of members. */
const DELIVERIES = 20_000;

/** One member of a room speaks, and all the others listen. */
async function chat(members: number): Promise<number> {
  await using server = new RoomServer(new Room());
  const speaker = await server.join("speaker");
  const listeners: Deno.Conn[] = [];
  while (listeners.length < members - 1) {
    listeners.push(await server.join(`member ${listeners.length}`));
  }
  const line = new TextEncoder().encode("good morning, everybody\n");
  const size = "speaker: ".length + line.length;
  // The next line waits for this one, so that each is a write of its own.
  const speak = async () => {
    const heard = listeners.map((conn) => readExact(conn, size));
    await writeAll(speaker, line);
    await Promise.all(heard);
  };
  for (let i = 0; i < 1000; i += members) await speak();
  const lines = Math.ceil(DELIVERIES / members);
  return await each(lines * listeners.length, async () => {
    for (let i = 0; i < lines; i++) await speak();
  });
}

play({
  list,
  xray,
  chat,
  bytesEach: () => bytesEach,
});
