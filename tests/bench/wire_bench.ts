/**
 * How fast captures are read and decoded, next to tshark and tcpdump on the same
 * file in the same run. It is no test, and asserts nothing:
 *
 *     deno run -A tests/bench/wire_bench.ts [MiB]
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

/** What tshark is asked for, and what the workbook writes too. */
const FIELDS = [
  ...["frame.time_epoch", "ip.src", "tcp.srcport", "ip.dst", "tcp.dstport"],
  ...["tcp.flags", "tcp.seq_raw", "tcp.ack_raw", "tcp.window_size_value"],
  ...["tcp.len", "tcp.checksum.status"],
];

/** Times that each contender runs; the best one counts. */
const ROUNDS = 3;

const size = Number(Deno.args[0] ?? 100) * 1024 * 1024;
const folder = Deno.makeTempDirSync({ prefix: "wire bench " });
try {
  const file = `${folder}/long.pcap`;
  for (const payload of [0, 100, 1448]) {
    const packets = await write(file, payload);
    const bytes = Deno.statSync(file).size;
    console.log(
      `\n${packets} packets with ${payload} bytes of data, ${
        (bytes / 2 ** 20).toFixed(0)
      } MiB`,
    );
    await compare(file, packets);
  }
} finally {
  Deno.removeSync(folder, { recursive: true });
}

/** Segments of one connection, with timestamps, and good checksums. */
async function write(path: string, payload: number): Promise<number> {
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

async function compare(file: string, packets: number): Promise<void> {
  const contenders: Record<string, () => Promise<void>> = {
    "workbook, decode": () => decode(file, () => {}),
    "workbook, text": () => decode(file, line),
    "tcpdump -r": () => run("tcpdump", ["-nn", "-tt", "-r", file]),
    // With -v it judges checksums, as the workbook and tshark here do.
    "tcpdump -v -r": () => run("tcpdump", ["-nn", "-tt", "-v", "-r", file]),
    "tshark -r -T fields": () =>
      run("tshark", [
        ...["-n", "-r", file, "-T", "fields"],
        ...["-o", "tcp.check_checksum:TRUE"],
        ...FIELDS.flatMap((field) => ["-e", field]),
      ]),
  };
  const best: Record<string, number> = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, run] of Object.entries(contenders)) {
      // tshark takes a minute for what the others do in one second.
      if (name.startsWith("tshark") && round > 0) continue;
      const started = performance.now();
      await run();
      const seconds = (performance.now() - started) / 1000;
      best[name] = Math.min(best[name] ?? Infinity, seconds);
    }
  }
  for (const [name, seconds] of Object.entries(best)) {
    const rate = Math.round(packets / seconds / 1000);
    const ratios = [best["workbook, decode"], best["workbook, text"]]
      .map((ours) => (seconds / ours).toFixed(2).padStart(6));
    console.log(
      `  ${name.padEnd(20)} ${
        rate.toString().padStart(6)
      } thousand packets/s,` +
        ` ${ratios[0]} x the time of decode, ${ratios[1]} x that of text`,
    );
  }
  const { rss } = Deno.memoryUsage();
  console.log(`  memory of this process: ${(rss / 2 ** 20).toFixed(0)} MiB`);
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
