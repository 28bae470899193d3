import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import {
  Conversations,
  decodePacket,
  encodePcap,
  formatTimestamp,
  LINK_TYPES,
  type Packet,
  parseCapture,
  type TcpHeader,
  type TcpOption,
} from "../../lib/wire/mod.ts";
import { isInstalled } from "../clients/programs.ts";
import {
  CAPTURE_NAMES,
  CAPTURES,
  forAll,
  optionSize,
  Random,
  type RandomPacket,
  randomPacket,
  readFixture,
} from "./wire_fixture.ts";
import { fuzzTurns } from "../sample.ts";

const ignore = !isInstalled("tshark") || !isInstalled("mergecap");
const note = ignore ? " (ignored: tshark or mergecap is not installed)" : "";

/** Packets of each link type in the random test. */
const PACKETS_PER_LINK_TYPE = fuzzTurns(300);

/** What tshark calls each field, and what it must say for a packet of ours. */
const FIELDS: Record<string, (packet: Packet) => unknown> = {
  "frame.number": (packet) => packet.number,
  "frame.time_epoch": ({ time }) => time && formatTimestamp(time),
  "frame.len": (packet) => packet.originalLength,
  "frame.cap_len": ({ bytes }) => bytes.length,
  "_ws.malformed": () => "",

  "eth.src": ({ link }) => link?.kind === "ethernet" && link.source,
  "eth.dst": ({ link }) => link?.kind === "ethernet" && link.destination,
  "eth.type": ({ link }) =>
    link?.kind === "ethernet" && hex4(link.tags[0]?.type ?? link.etherType),
  "vlan.id": ({ link }) =>
    link?.kind === "ethernet" && link.tags.map(({ id }) => id),
  "vlan.priority": ({ link }) =>
    link?.kind === "ethernet" && link.tags.map(({ priority }) => priority),
  "vlan.dei": ({ link }) =>
    link?.kind === "ethernet" &&
    link.tags.map(({ dropEligible }) => Number(dropEligible)),
  "vlan.etype": ({ link }) =>
    link?.kind === "ethernet" &&
    link.tags.map((_, i) => hex4(link.tags[i + 1]?.type ?? link.etherType)),
  "sll.pkttype": ({ link }) => link?.kind === "cooked" && link.packetType,
  "sll.hatype": ({ link }) => link?.kind === "cooked" && link.hardware,
  "sll.halen": ({ link }) => link?.kind === "cooked" && link.addressLength,
  "sll.src.eth": ({ link }) => link?.kind === "cooked" && link.source,
  "sll.etype": ({ link }) => link?.kind === "cooked" && hex4(link.etherType),
  "sll.ifindex": ({ link }) => link?.kind === "cooked" && link.interfaceIndex,
  "null.family": ({ link }) => link?.kind === "loopback" && link.family,

  "ip.version": ({ ip }) => ip?.version,
  "ip.hdr_len": ({ ip }) => ip?.version === 4 && ip.headerBytes,
  "ip.dsfield.dscp": ({ ip }) => ip?.version === 4 && ip.dscp,
  "ip.dsfield.ecn": ({ ip }) => ip?.version === 4 && ip.ecn,
  "ip.len": ({ ip }) => ip?.version === 4 && ip.totalBytes,
  "ip.id": ({ ip }) => ip?.version === 4 && hex4(ip.identification),
  "ip.flags.rb": ({ ip }) => ip?.version === 4 && Number(ip.reservedBit),
  "ip.flags.df": ({ ip }) => ip?.version === 4 && Number(ip.dontFragment),
  "ip.flags.mf": ({ ip }) => ip?.version === 4 && Number(ip.moreFragments),
  "ip.frag_offset": ({ ip }) => ip?.version === 4 && ip.fragmentOffset / 8,
  "ip.ttl": ({ ip }) => ip?.version === 4 && ip.timeToLive,
  "ip.proto": ({ ip }) => ip?.version === 4 && ip.protocol,
  "ip.checksum": ({ ip }) => ip?.version === 4 && hex4(ip.checksum),
  "ip.checksum.status": ({ ip, ipChecksum }) =>
    ip?.version === 4 && status(ipChecksum),
  "ip.src": ({ ip }) => ip?.version === 4 && ip.source,
  "ip.dst": ({ ip }) => ip?.version === 4 && ip.destination,
  "ip.opt.type": ({ ip }) => ip?.version === 4 && ipOptionTypes(ip.options),

  "ipv6.tclass.dscp": ({ ip }) => ip?.version === 6 && ip.dscp,
  "ipv6.tclass.ecn": ({ ip }) => ip?.version === 6 && ip.ecn,
  "ipv6.flow": ({ ip }) => ip?.version === 6 && hex(ip.flowLabel, 6),
  "ipv6.plen": ({ ip }) => ip?.version === 6 && ip.payloadBytes,
  "ipv6.nxt": ({ ip }) => ip?.version === 6 && ip.nextHeader,
  "ipv6.hlim": ({ ip }) => ip?.version === 6 && ip.hopLimit,
  "ipv6.src": ({ ip }) => ip?.version === 6 && ip.source,
  "ipv6.dst": ({ ip }) => ip?.version === 6 && ip.destination,
  "ipv6.hopopts.nxt": (packet) => nextHeaderAfter(packet, 0),
  "ipv6.routing.nxt": (packet) => nextHeaderAfter(packet, 43),
  "ipv6.fraghdr.nxt": (packet) => nextHeaderAfter(packet, 44),
  "ipv6.dstopts.nxt": (packet) => nextHeaderAfter(packet, 60),
  "ipv6.fraghdr.offset": ({ ip }) => isFragment6(ip) && ip.fragmentOffset / 8,
  "ipv6.fraghdr.more": ({ ip }) => isFragment6(ip) && Number(ip.moreFragments),
  "ipv6.fraghdr.ident": ({ ip }) =>
    isFragment6(ip) && hex(ip.identification!, 8),

  "tcp.srcport": ({ tcp }) => tcp?.sourcePort,
  "tcp.dstport": ({ tcp }) => tcp?.destinationPort,
  "tcp.seq_raw": ({ tcp }) => tcp?.sequence,
  "tcp.ack_raw": ({ tcp }) => tcp?.acknowledgment,
  "tcp.hdr_len": ({ tcp }) => tcp?.headerBytes,
  "tcp.flags": ({ tcp }) =>
    tcp && hex4(
      tcp.reserved << 8 | Object.values(tcp.flags)
        .reduce((byte, flag) => byte << 1 | Number(flag), 0),
    ),
  "tcp.flags.syn": ({ tcp }) => tcp && Number(tcp.flags.syn),
  "tcp.flags.fin": ({ tcp }) => tcp && Number(tcp.flags.fin),
  "tcp.flags.cwr": ({ tcp }) => tcp && Number(tcp.flags.cwr),
  "tcp.window_size_value": ({ tcp }) => tcp?.window,
  "tcp.checksum": ({ tcp }) => tcp && hex4(tcp.checksum),
  "tcp.checksum.status": ({ tcp, checksum }) => tcp && status(checksum),
  "tcp.urgent_pointer": ({ tcp }) => tcp?.urgentPointer,
  // tshark does not say it of a fragment, though it could of that much.
  "tcp.len": ({ tcp, ip, payloadBytes }) =>
    tcp && !ip?.moreFragments && payloadBytes,
  "tcp.option_kind": ({ tcp }) => tcp && optionNumbers(tcp),
  "tcp.options.mss_val": (packet) => optionsOf(packet, "mss", (o) => o.size),
  "tcp.options.wscale.shift": (packet) =>
    optionsOf(packet, "windowScale", (o) => o.shift),
  "tcp.options.sack_le": (packet) =>
    optionsOf(packet, "sack", (o) => o.blocks.map(({ left }) => left)),
  "tcp.options.sack_re": (packet) =>
    optionsOf(packet, "sack", (o) => o.blocks.map(({ right }) => right)),
  "tcp.options.timestamp.tsval": (packet) =>
    optionsOf(packet, "timestamps", (o) => o.value),
  "tcp.options.timestamp.tsecr": (packet) =>
    optionsOf(packet, "timestamps", (o) => o.echo),
  // What comes with a RST is no data to tshark, but the cause of the reset.
  "tcp.payload": ({ tcp, payload }) => tcp && !tcp.flags.rst && payload.toHex(),

  "udp.srcport": ({ udp }) => udp?.sourcePort,
  "udp.dstport": ({ udp }) => udp?.destinationPort,
  "udp.length": ({ udp }) => udp?.length,
  "udp.checksum": ({ udp }) => udp && hex4(udp.checksum),
  "udp.checksum.status": ({ ip, udp, checksum }) =>
    // 4 is "illegal": over IPv6 a checksum of 0 is wrong whatever the bytes.
    udp && (ip?.version === 6 && udp.checksum === 0 ? 4 : status(checksum)),
  "udp.payload": ({ udp, payload }) => udp && payload.toHex(),
};

/** tshark's rows for all the captures, in order: it is slow to start. */
let captureRows: Promise<string[][]> | undefined;

CAPTURE_NAMES.forEach((name, i) => {
  Deno.test({
    name: `decodePacket() agrees with tshark on each field of ${name}${note}`,
    ignore,
    async fn() {
      const before = CAPTURE_NAMES.slice(0, i)
        .reduce((sum, other) => sum + decodeAll(readFixture(other)).length, 0);
      const packets = decodeAll(readFixture(name))
        .map((packet) => ({ ...packet, number: before + packet.number }));
      captureRows ??= withMerged(CAPTURE_NAMES.map(pathOf), tshark);
      const rows = (await captureRows).slice(before, before + packets.length);
      assertAgree(packets, rows);
    },
  });
});

Deno.test({
  name:
    `decodePacket() agrees with tshark on random packets, and tshark calls none malformed${note}`,
  ignore,
  async fn() {
    const folder = Deno.makeTempDirSync({ prefix: "wire" });
    try {
      const written: RandomPacket[] = [];
      const shared = new Random();
      const types = Object.values(LINK_TYPES);
      const files = types.map((linkType, i) => {
        const packets: RandomPacket[] = [];
        forAll(300, (random) => {
          packets.push(randomPacket(random, linkType));
        }, shared);
        written.push(...packets);
        const file = `${folder}/${linkType}.pcap`;
        Deno.writeFileSync(
          file,
          encodePcap(packets, {
            linkType,
            littleEndian: i % 2 === 0,
            nanoseconds: i % 3 === 0,
          }),
        );
        return file;
      });
      const [packets, rows] = await withMerged(
        files,
        async (
          file,
        ) => [decodeAll(Deno.readFileSync(file)), await tshark(file)],
      );
      assertEquals(packets.length, types.length * PACKETS_PER_LINK_TYPE);
      packets.forEach((packet, i) => {
        const { bytes, checksum, fields } = written[i];
        assertEquals(packet.bytes, bytes);
        assertEquals(packet.problem, null);
        assertEquals(packet.checksum, checksum, `packet ${i + 1}`);
        assertEquals(packet.payloadBytes, fields.payload!.length);
      });
      assertAgree(packets, rows);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  },
});

Deno.test({
  name:
    `Conversations numbers, counts and judges the captures as tshark does${note}`,
  ignore,
  async fn() {
    // Both interfaces see the same connection there, which only confuses.
    const names = CAPTURE_NAMES.filter((name) => !name.endsWith("ng"));
    const conversations = new Conversations();
    const rows = names.flatMap((name) => decodeAll(readFixture(name)))
      .map((packet) => {
        const segment = conversations.add(packet);
        return segment
          ? [
            segment.conversation.number - 1,
            segment.relativeSequence,
            segment.relativeAcknowledgment ?? 0,
            segment.retransmission ? 1 : "",
          ].join("\t")
          : "\t\t\t";
      });
    const said = await withMerged(names.map(pathOf), (file) =>
      run("tshark", [
        ...["-n", "-r", file],
        ...["--disable-protocol", "icmp", "-T", "fields"],
        ...["tcp.stream", "tcp.seq", "tcp.ack", "tcp.analysis.retransmission"]
          .flatMap((field) => ["-e", field]),
      ]));
    assertEquals(rows, said.replace(/\n$/, "").split("\n"));
  },
});

function pathOf(name: string): string {
  return fileURLToPath(new URL(name, CAPTURES));
}

/** Hands on captures as one file with many interfaces, by somebody else. */
async function withMerged<T>(
  files: string[],
  use: (file: string) => Promise<T>,
): Promise<T> {
  const file = Deno.makeTempFileSync({ prefix: "wire", suffix: ".pcapng" });
  try {
    await run("mergecap", ["-a", "-w", file, ...files]);
    return await use(file);
  } finally {
    Deno.removeSync(file);
  }
}

function decodeAll(file: Uint8Array): Packet[] {
  return parseCapture(file).map((captured) =>
    decodePacket(captured.bytes, captured.linkType, captured)
  );
}

/** One row of values for each packet, one column for each of FIELDS. */
async function tshark(file: string): Promise<string[][]> {
  const output = await run("tshark", [
    // No look-ups, checksums judged, nothing put together, nothing above TCP.
    ...["-n", "-r", file, "-T", "fields", "-E", "occurrence=a"],
    ...["ip", "tcp", "udp"].flatMap((p) => ["-o", `${p}.check_checksum:TRUE`]),
    ...["ip", "ipv6"].flatMap((p) => ["-o", `${p}.defragment:FALSE`]),
    ...["desegment_tcp_streams", "analyze_sequence_numbers"]
      .flatMap((name) => ["-o", `tcp.${name}:FALSE`]),
    ...["tcp", "udp"].flatMap((p) => ["-d", `${p}.port==0-65535,data`]),
    ...["--disable-protocol", "icmp"],
    ...Object.keys(FIELDS).flatMap((field) => ["-e", field]),
  ]);
  return output.replace(/\n$/, "").split("\n").map((row) => row.split("\t"));
}

function assertAgree(packets: Packet[], rows: string[][]): void {
  assertEquals(packets.length, rows.length);
  const names = Object.keys(FIELDS);
  packets.forEach((packet, i) => {
    const ours = names.map((name) => [name, text(FIELDS[name](packet))]);
    const theirs = names.map((name, column) => [name, rows[i][column]]);
    assertEquals(
      Object.fromEntries(ours),
      Object.fromEntries(theirs),
      `packet ${i + 1}: ${packet.bytes.toHex()}`,
    );
  });
}

async function run(program: string, args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args })
    .output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** What a packet does not have is an empty column. */
function text(value: unknown): string {
  if (Array.isArray(value)) return value.flat().join(",");
  return value === null || value === undefined || value === false
    ? ""
    : String(value);
}

function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}

function hex4(value: number): string {
  return hex(value, 4);
}

/** tshark does not tell `offloaded` from `bad`. */
function status(verdict: string): number {
  return { bad: 0, offloaded: 0, good: 1, unknown: 2, none: 3 }[verdict]!;
}

/** Each byte of padding is an option to tshark. */
function optionNumbers({ options, headerBytes }: TcpHeader): number[] {
  const size = options.reduce((sum, option) => sum + optionSize(option), 20);
  const padding = Array.from({ length: headerBytes - size }, () => 0);
  return [...options.map(optionNumber), ...padding];
}

function optionNumber(option: TcpOption): number {
  return option.kind === "unknown" ? option.number : {
    end: 0,
    nop: 1,
    mss: 2,
    windowScale: 3,
    sackPermitted: 4,
    sack: 5,
    timestamps: 8,
  }[option.kind];
}

function optionsOf<K extends TcpOption["kind"]>(
  { tcp }: Packet,
  kind: K,
  value: (option: Extract<TcpOption, { kind: K }>) => number | number[],
): (number | number[])[] | undefined {
  return tcp?.options
    .filter((option) => option.kind === kind)
    .map((option) => value(option as Extract<TcpOption, { kind: K }>));
}

function isFragment6(
  ip: Packet["ip"],
): ip is Extract<Packet["ip"], { version: 6 }> {
  return ip?.version === 6 && ip.identification !== null;
}

function nextHeaderAfter({ ip }: Packet, number: number): unknown {
  return ip?.version === 6 &&
    ip.extensions.filter((extension) => extension.number === number)
      .map(({ bytes }) => bytes[0]);
}

/** The numbers of the options that the random packets have. */
function ipOptionTypes(options: Uint8Array): number[] {
  const types: number[] = [];
  for (let at = 0; at < options.length;) {
    types.push(options[at]);
    if (options[at] === 0) break;
    at += options[at] === 1 ? 1 : options[at + 1];
  }
  return types;
}
