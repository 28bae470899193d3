/** What the tests of `lib/wire` share: seeded random packets, captures, and tshark. */

import { fuzzTurns } from "../sample.ts";
import {
  decodeTcpFlags,
  encodePacket,
  fold,
  type IpFields,
  type Ipv6Extension,
  LINK_TYPES,
  type LinkFields,
  type PacketFields,
  parseIp,
  type PcapPacket,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  pseudoHeaderSum,
  type TcpFlags,
  type TcpHeader,
  type TcpOption,
  type UdpHeader,
} from "../../lib/wire/mod.ts";

/** The folder of captures that `make.ts` made. */
export const CAPTURES = new URL("../captures/", import.meta.url);

/** The names of all captures there. */
export const CAPTURE_NAMES = [...Deno.readDirSync(CAPTURES)]
  .map(({ name }) => name)
  .filter((name) => /\.pcap(ng)?$/.test(name))
  .sort();

/** A capture's bytes. */
export function readFixture(name: string): Uint8Array {
  return Deno.readFileSync(new URL(name, CAPTURES));
}

/**
 * Random numbers that are the same for the same seed (mulberry32). Run with
 * `WIRE_SEED=n` for others.
 */
export class Random {
  readonly seed: number;
  #state: number;

  constructor(seed = Number(Deno.env.get("WIRE_SEED") ?? 9293)) {
    this.seed = seed;
    this.#state = seed;
  }

  /** An integer from 0 to `limit - 1`. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let value = Math.imul(this.#state ^ this.#state >>> 15, this.#state | 1);
    value ^= value + Math.imul(value ^ value >>> 7, value | 61);
    return Math.floor(((value ^ value >>> 14) >>> 0) / 2 ** 32 * limit);
  }

  /** An integer of so many bits, with a liking for both ends of the range. */
  bits(count: number): number {
    const limit = 2 ** count;
    const kind = this.below(8);
    if (kind === 0) return this.below(Math.min(4, limit));
    if (kind === 1) return limit - 1 - this.below(Math.min(4, limit));
    return this.below(limit);
  }

  bool(): boolean {
    return this.below(2) === 1;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)];
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) bytes[i] = this.below(256);
    return bytes;
  }
}

/** Flips bits, writes extremes, moves, repeats and cuts off. */
export function mutate(random: Random, original: Uint8Array): Uint8Array {
  const bytes = original.slice();
  if (bytes.length === 0) return bytes;
  for (let i = random.below(6); i >= 0; i--) {
    const at = random.below(bytes.length);
    switch (random.below(5)) {
      case 0:
        bytes[at] ^= 1 << random.below(8);
        break;
      case 1:
        bytes[at] = random.pick([0, 1, 4, 0x40, 0x7f, 0x80, 0xff]);
        break;
      case 2:
        bytes.copyWithin(at, random.below(bytes.length));
        break;
      case 3:
        bytes.fill(random.below(256), at, at + random.below(8));
        break;
      default:
        return bytes.subarray(0, at);
    }
  }
  return bytes;
}

/**
 * Runs a property many times, or a tenth of that in a sample; a failure says
 * with which seed and at which turn.
 */
export function forAll(
  turns: number,
  property: (random: Random, turn: number) => void,
  random: Random = new Random(),
): void {
  for (let turn = 0; turn < fuzzTurns(turns); turn++) {
    try {
      property(random, turn);
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : cause;
      throw new Error(
        `WIRE_SEED=${random.seed} fails at turn ${turn}: ${message}`,
        { cause },
      );
    }
  }
}

export function randomTcpFlags(random: Random): TcpFlags {
  return decodeTcpFlags(random.below(256));
}

/** Options that fit a header. Padding, if they need it, is an `end`. */
export function randomTcpOptions(random: Random): TcpOption[] {
  const options: TcpOption[] = [];
  let room = 40;
  for (let i = random.below(6); i > 0; i--) {
    const option = randomTcpOption(random);
    const size = optionSize(option);
    if (size > room) continue;
    options.push(option);
    room -= size;
  }
  // What is missing to a whole word is the option that says "no more".
  if (room % 4 !== 0) options.push({ kind: "end" });
  return options;
}

function randomTcpOption(random: Random): TcpOption {
  switch (random.below(7)) {
    case 0:
      return { kind: "nop" };
    case 1:
      return { kind: "mss", size: random.bits(16) };
    case 2:
      return { kind: "windowScale", shift: random.below(15) };
    case 3:
      return { kind: "sackPermitted" };
    case 4:
      return {
        kind: "sack",
        blocks: Array.from(
          { length: 1 + random.below(4) },
          () => ({ left: random.bits(32), right: random.bits(32) }),
        ),
      };
    case 5:
      return {
        kind: "timestamps",
        value: random.bits(32),
        echo: random.bits(32),
      };
    default:
      // Numbers that nobody has been given.
      return {
        kind: "unknown",
        number: 100 + random.below(50),
        data: random.bytes(random.below(7)),
      };
  }
}

/** Bytes that an option takes. */
export function optionSize(option: TcpOption): number {
  switch (option.kind) {
    case "end":
    case "nop":
      return 1;
    case "sackPermitted":
      return 2;
    case "windowScale":
      return 3;
    case "mss":
      return 4;
    case "timestamps":
      return 10;
    case "sack":
      return 2 + 8 * option.blocks.length;
    case "unknown":
      return 2 + option.data.length;
  }
}

/** A header with every field given, so that it must come back as it is. */
export function randomTcp(random: Random): TcpHeader {
  const options = randomTcpOptions(random);
  const size = options.reduce((sum, option) => sum + optionSize(option), 0);
  return {
    sourcePort: random.bits(16),
    destinationPort: random.bits(16),
    sequence: random.bits(32),
    acknowledgment: random.bits(32),
    headerBytes: 20 + Math.ceil(size / 4) * 4,
    reserved: random.bits(4),
    flags: randomTcpFlags(random),
    window: random.bits(16),
    checksum: random.bits(16),
    urgentPointer: random.bits(16),
    options,
  };
}

export function randomUdp(random: Random): UdpHeader {
  return {
    sourcePort: random.bits(16),
    destinationPort: random.bits(16),
    length: 8 + random.below(65528),
    checksum: random.bits(16),
  };
}

export function randomIpv4Address(random: Random): string {
  return random.bytes(4).join(".");
}

/**
 * In the long form, with runs of zeros in all places: decoding must give the
 * shortest form. Those that begin with six zeros are left out, since tshark ends
 * them like an IPv4 address, which RFC 4291, section 2.5.5.1, has given up.
 */
export function randomIpv6Address(random: Random): string {
  const zeros = random.bits(8);
  const groups = Array.from(
    { length: 8 },
    (_, i) => zeros >> i & 1 ? 0 : random.bits(16),
  );
  if (groups.slice(0, 6).every((group) => group === 0)) groups[0] = 0xfd00;
  return groups.map((group) => group.toString(16)).join(":");
}

export function randomMac(random: Random, size = 6): string {
  return Array.from(
    random.bytes(size),
    (byte) => byte.toString(16).padStart(2, "0"),
  ).join(":");
}

/** Extension headers that mean something; a fragment header comes last. */
export function randomExtensions(
  random: Random,
  fragment: { offset: number; more: boolean } | null,
): Ipv6Extension[] {
  const extensions: Ipv6Extension[] = [];
  const padding = () => {
    const size = 8 * (1 + random.below(3));
    const bytes = new Uint8Array(size);
    bytes.set([0, size / 8 - 1, 1, size - 4]);
    return bytes;
  };
  if (random.bool()) extensions.push({ number: 0, bytes: padding() });
  if (random.below(4) === 0) {
    const bytes = new Uint8Array(24); // type 2, its one stop is passed already
    bytes.set([0, 2, 2, 0]);
    bytes.set(random.bytes(16), 8);
    extensions.push({ number: 43, bytes });
  }
  if (fragment !== null) {
    const bytes = new Uint8Array(8);
    bytes[2] = fragment.offset >>> 8;
    bytes[3] = fragment.offset & 0xf8 | (fragment.more ? 1 : 0);
    bytes.set(random.bytes(4), 4);
    extensions.push({ number: 44, bytes });
  }
  const isLater = fragment !== null && fragment.offset > 0;
  if (!isLater && random.bool()) {
    extensions.push({ number: 60, bytes: padding() });
  }
  // Each names the next one, the last one what the packet carries.
  return extensions;
}

/** A valid packet, and what must be found out about its checksum. */
export interface RandomPacket extends PcapPacket {
  fields: PacketFields;
  checksum: string;
}

/** A valid packet for a capture of that link type. */
export function randomPacket(random: Random, linkType: number): RandomPacket {
  const version = linkType === LINK_TYPES.IPV4
    ? 4
    : linkType === LINK_TYPES.IPV6
    ? 6
    : random.pick([4, 6] as const);
  const isTcp = random.bool();
  // Most are whole; some are a first, a middle or a last fragment.
  const fragment = random.below(8) === 0
    ? random.pick([
      { offset: 0, more: true },
      { offset: 1024, more: true },
      { offset: 4096, more: false },
    ])
    : null;
  // Fragments but the last carry whole pieces of 8 bytes, headers included.
  const size = 8 * ((fragment ? 1 : 0) + random.below(40)) +
    (fragment?.more ? 0 : random.below(8));
  const ip: IpFields = {
    ...randomIp(random, version, fragment),
    protocol: isTcp ? PROTOCOL_TCP : PROTOCOL_UDP,
  };
  const fields: PacketFields = {
    link: randomLink(random, linkType, version),
    ip,
    payload: random.bytes(size),
  };
  let checksum = fragment ? "unknown" : "good";
  if (fragment === null || fragment.offset === 0) {
    const ports = {
      sourcePort: 49152 + random.below(16384),
      destinationPort: 49152 + random.below(16384),
    };
    const tcp = { ...randomTcp(random), ...ports, checksum: undefined };
    if (fragment && tcp.headerBytes % 8 !== 0) {
      fields.payload = random.bytes(size + 4);
    }
    const length = (isTcp ? tcp.headerBytes : 8) + fields.payload!.length;
    const given = segmentChecksum(random, ip, length);
    checksum = fragment ? checksum : given.verdict;
    if (given.field === 0) {
      checksum = version === 4 ? "none" : fragment ? "unknown" : "bad";
    }
    if (isTcp) fields.tcp = { ...tcp, checksum: given.field };
    else fields.udp = { ...ports, checksum: given.field };
  }
  let bytes = encodePacket(fields);
  // Ethernet pads short frames; what is behind the datagram must not count.
  if (linkType === LINK_TYPES.ETHERNET && bytes.length < 60) {
    const padded = new Uint8Array(60);
    padded.set(bytes);
    bytes = padded;
  }
  const originalLength = bytes.length;
  if (random.below(10) === 0 && fields.payload!.length > 40) {
    bytes = bytes.subarray(0, originalLength - 1 - random.below(40));
    if (checksum !== "none") checksum = "unknown";
  }
  const time = {
    seconds: 1_600_000_000 + random.below(100_000_000),
    nanoseconds: random.below(1_000_000) * 1000,
  };
  return { bytes, originalLength, time, fields, checksum };
}

/** Right by itself, wrong, left to the card, or (in UDP) none. */
function segmentChecksum(
  random: Random,
  ip: IpFields,
  length: number,
): { field: number | undefined; verdict: string } {
  const { source, destination, protocol = 0 } = ip;
  const kind = random.below(8);
  if (kind === 0) return { field: 1 + random.below(0xfffe), verdict: "bad" };
  if (kind === 1) {
    const addresses = [parseIp(source), parseIp(destination)] as const;
    const field = fold(pseudoHeaderSum(...addresses, protocol, length));
    return { field, verdict: "offloaded" };
  }
  if (kind === 2 && protocol === PROTOCOL_UDP) {
    return { field: 0, verdict: "none" };
  }
  return { field: undefined, verdict: "good" };
}

function randomIp(
  random: Random,
  version: 4 | 6,
  fragment: { offset: number; more: boolean } | null,
): IpFields {
  if (version === 4) {
    return {
      version,
      dscp: random.bits(6),
      ecn: random.bits(2),
      identification: random.bits(16),
      dontFragment: random.bool(),
      moreFragments: fragment?.more ?? false,
      fragmentOffset: fragment?.offset ?? 0,
      timeToLive: random.bits(8),
      source: randomIpv4Address(random),
      destination: randomIpv4Address(random),
      // Router alert, padding, and the end of the list.
      options: random.pick([
        new Uint8Array(0),
        new Uint8Array(0),
        new Uint8Array([148, 4, 0, 0]),
        new Uint8Array([1, 1, 1, 1, 1, 1, 0, 0]),
      ]),
      // One in eight headers is damaged.
      checksum: random.below(8) === 0 ? random.bits(16) : undefined,
    };
  }
  return {
    version,
    dscp: random.bits(6),
    ecn: random.bits(2),
    flowLabel: random.bits(20),
    hopLimit: random.bits(8),
    source: randomIpv6Address(random),
    destination: randomIpv6Address(random),
    extensions: fragment !== null || random.below(4) === 0
      ? randomExtensions(random, fragment)
      : [],
  };
}

export function randomLink(
  random: Random,
  linkType: number,
  version: 4 | 6,
): LinkFields {
  switch (linkType) {
    case LINK_TYPES.ETHERNET:
      return {
        kind: "ethernet",
        source: randomMac(random),
        destination: randomMac(random),
        tags: Array.from({ length: Math.max(0, random.below(5) - 2) }, () => ({
          type: 0x8100,
          priority: random.bits(3),
          dropEligible: random.bool(),
          id: random.bits(12),
        })),
      };
    case LINK_TYPES.LINUX_SLL:
    case LINK_TYPES.LINUX_SLL2:
      return {
        kind: "cooked",
        version: linkType === LINK_TYPES.LINUX_SLL ? 1 : 2,
        packetType: random.below(5),
        hardware: 1,
        source: randomMac(random),
        interfaceIndex: random.bits(16),
      };
    case LINK_TYPES.NULL:
    case LINK_TYPES.LOOP:
      return {
        kind: "loopback",
        family: version === 4 ? 2 : random.pick([24, 28, 30]),
        littleEndian: linkType === LINK_TYPES.NULL && random.bool(),
      };
    default:
      return { kind: "raw" };
  }
}
