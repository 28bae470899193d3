/**
 * How fast captures are read and decoded, next to tshark and tcpdump on the same
 * file.
 *
 * All three write one line of text for each packet, to nowhere. `decode` stops
 * before the text, which is what a program does that wants the packets. Without
 * `-n` both others would look addresses up; with it nobody asks anybody.
 *
 * @module
 */
import {
  decodePacket,
  encodePacket,
  encodePcapHeader,
  encodePcapPacket,
  formatTcpFlags,
  formatTimestamp,
  type Packet,
  readCapture,
} from "../../lib/wire/mod.ts";
import { isInstalled } from "../clients/programs.ts";
import type { Bench } from "./bench.ts";
import type { Contender } from "./contest.ts";

/** What tshark is asked for, and what the workbook writes too. */
const FIELDS = [
  ...["frame.time_epoch", "ip.src", "tcp.srcport", "ip.dst", "tcp.dstport"],
  ...["tcp.flags", "tcp.seq_raw", "tcp.ack_raw", "tcp.window_size_value"],
  ...["tcp.len", "tcp.checksum.status"],
];

const MIB = 2 ** 20;

/** Compares the programs on captures of packets of three sizes. */
export default async function (bench: Bench): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "wire bench " });
  try {
    const file = `${folder}/long.pcap`;
    for (const payload of bench.quick ? [100] : [0, 100, 1448]) {
      const packets = await write(file, payload, (bench.quick ? 1 : 20) * MIB);
      await bench.compete({
        title: `a capture of packets with ${payload} bytes of data`,
        unit: "packets/s",
        contenders: contenders(file, packets),
      }, bench.quick ? 1 : 3);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Segments of one connection, with timestamps, and good checksums. */
async function write(
  path: string,
  payload: number,
  size: number,
): Promise<number> {
  using file = await Deno.open(path, {
    write: true,
    create: true,
    truncate: true,
  });
  const writer = file.writable.getWriter();
  await writer.write(encodePcapHeader());
  const records = Array.from({ length: 256 }, (_, i) =>
    encodePcapPacket({
      time: { seconds: 1_700_000_000 + i, nanoseconds: i * 1000 },
      bytes: encodePacket({
        link: { kind: "ethernet" },
        ip: { version: 4, source: "127.0.0.1", destination: "127.0.0.2" },
        tcp: {
          sourcePort: 50000,
          destinationPort: 7,
          sequence: i * payload,
          acknowledgment: i,
          window: 512,
          flags: { ack: true },
          options: [
            { kind: "nop" },
            { kind: "nop" },
            { kind: "timestamps", value: i, echo: i },
          ],
        },
        payload: new Uint8Array(payload).fill(i),
      }),
    }));
  const chunk = new Uint8Array(
    await new Blob(records as BlobPart[]).arrayBuffer(),
  );
  let packets = 0;
  for (let at = 0; at < size; at += chunk.length) {
    await writer.write(chunk);
    packets += records.length;
  }
  await writer.close();
  return packets;
}

/** Programs that read the file, each as a contender. */
function contenders(file: string, packets: number): Contender[] {
  const programs: Record<string, () => Promise<void>> = {
    "workbook, decode": () => decode(file, () => {}),
    "workbook, text": () => decode(file, line),
    "tcpdump -r": () => run("tcpdump", ["-nn", "-tt", "-r", file]),
    // With -v it judges checksums, as the workbook and tshark here do.
    "tcpdump -v -r": () => run("tcpdump", ["-nn", "-tt", "-v", "-r", file]),
    "tshark -T fields": () =>
      run("tshark", [
        ...["-n", "-r", file, "-T", "fields"],
        ...["-o", "tcp.check_checksum:TRUE"],
        ...FIELDS.flatMap((field) => ["-e", field]),
      ]),
  };
  return Object.entries(programs)
    .filter(([name]) =>
      name.startsWith("workbook") || isInstalled(name.split(" ")[0])
    )
    .map(([name, read]) => ({
      name,
      async run() {
        const startedMs = performance.now();
        await read();
        return packets * 1000 / (performance.now() - startedMs);
      },
    }));
}

async function decode(
  path: string,
  use: (packet: Packet) => string | void,
): Promise<void> {
  using nowhere = await Deno.open("/dev/null", { write: true });
  const encoder = new TextEncoder();
  let text = "";
  for await (const captured of readCapture(chunksOf(path))) {
    text += use(decodePacket(captured.bytes, captured.linkType, captured)) ??
      "";
    if (text.length > 64 * 1024) {
      await nowhere.write(encoder.encode(text));
      text = "";
    }
  }
  await nowhere.write(encoder.encode(text));
}

/** Larger chunks than the 64 KiB of `file.readable`: each one costs a turn. */
function chunksOf(path: string): ReadableStream<Uint8Array> {
  const file = Deno.openSync(path);
  return new ReadableStream({
    async pull(controller) {
      const chunk = new Uint8Array(128 * 1024);
      const size = await file.read(chunk);
      if (size !== null) return controller.enqueue(chunk.subarray(0, size));
      file.close();
      controller.close();
    },
    cancel: () => file.close(),
  });
}

/** The same fields as tshark's, on one line. */
function line({ time, ip, tcp, payloadBytes, checksum }: Packet): string {
  return `${formatTimestamp(time!)}\t${ip!.source}\t${tcp!.sourcePort}\t` +
    `${ip!.destination}\t${tcp!.destinationPort}\t${
      formatTcpFlags(tcp!.flags)
    }\t` +
    `${tcp!.sequence}\t${tcp!.acknowledgment}\t${tcp!.window}\t` +
    `${payloadBytes}\t${checksum}\n`;
}

async function run(program: string, args: string[]): Promise<void> {
  const command = new Deno.Command(program, {
    args,
    stdout: "null",
    stderr: "null",
  });
  const { success } = await command.output();
  if (!success) throw new Error(`${program} failed`);
}
