import { counted } from "../../../show/counted.ts";
import { protocolName } from "../../../show/protocol_names.ts";
import type { Ipv4Header } from "../../../wire/ip/ipv4.ts";
import { EXTENSION_NAMES, type Ipv6Header } from "../../../wire/ip/ipv6.ts";
import {
  checksumField,
  field,
  type FieldContext,
  type HeaderField,
  type HeaderGrid,
  hex16,
  rowAt,
} from "./fields.ts";

/**
 * Describes an IPv4 header (RFC 791, section 3.1).
 *
 * @param header The header.
 * @param context Where it begins, and the verdict on its checksum.
 */
export function ipv4Grid(
  header: Ipv4Header,
  { start, checksum }: FieldContext,
): HeaderGrid {
  const { headerBytes, totalBytes, fragmentOffset } = header;
  const rows = [
    rowAt(start, [
      field(4, "version", 4, "It's an IPv4 packet."),
      field(
        4,
        "IHL",
        headerBytes / 4,
        `The header has ${headerBytes / 4} words of 4 bytes: ${headerBytes} ` +
          "bytes.",
      ),
      ...trafficFields(header),
      field(
        16,
        "total length",
        totalBytes,
        `Header and data together: ${counted(totalBytes, "byte")}.`,
      ),
    ]),
    rowAt(start + 4, [
      field(
        16,
        "identification",
        hex16(header.identification),
        "The same number is in all fragments of one packet.",
      ),
      flag("0", header.reservedBit, "The first flag must be 0."),
      flag("DF", header.dontFragment, "Don't fragment."),
      flag("MF", header.moreFragments, "More fragments follow."),
      field(
        13,
        "fragment offset",
        fragmentOffset / 8,
        `The data belongs ${counted(fragmentOffset, "byte")} after the ` +
          "beginning of the packet that was split.",
      ),
    ]),
    rowAt(start + 8, [
      field(
        8,
        "time to live",
        header.timeToLive,
        `It may pass ${
          counted(header.timeToLive, "router")
        } more: each takes ` +
          "off one, and the last one discards it.",
      ),
      protocolField("protocol", header.protocol),
      checksumField(header.checksum, "this header only", checksum),
    ]),
    rowAt(start + 12, [sourceField(header.source)]),
    rowAt(start + 16, [destinationField(header.destination)]),
  ];
  if (headerBytes > 20) {
    rows.push(rowAt(start + 20, [
      field(
        32,
        "options",
        header.options.toHex(),
        "Options of IP are rare, and many routers reject them.",
      ),
    ], headerBytes - 20));
  }
  return { title: `IPv4 header, ${headerBytes} bytes`, kind: "ip", rows };
}

/**
 * Describes an IPv6 header and its extensions (RFC 8200).
 *
 * @param header The header.
 * @param context Where it begins.
 */
export function ipv6Grid(
  header: Ipv6Header,
  { start }: FieldContext,
): HeaderGrid {
  const rows = [
    rowAt(start, [
      field(4, "version", 6, "It's an IPv6 packet."),
      ...trafficFields(header),
      field(
        20,
        "flow label",
        header.flowLabel,
        "The same number is in all packets of one flow.",
      ),
    ]),
    rowAt(start + 4, [
      field(
        16,
        "payload length",
        header.payloadBytes,
        `After these 40 bytes come ${counted(header.payloadBytes, "byte")}.`,
      ),
      protocolField("next header", header.nextHeader),
      field(
        8,
        "hop limit",
        header.hopLimit,
        `It may pass ${counted(header.hopLimit, "router")} more.`,
      ),
    ]),
    rowAt(start + 8, [sourceField(header.source)], 16),
    rowAt(start + 24, [destinationField(header.destination)], 16),
  ];
  let at = start + 40;
  for (const { number, bytes } of header.extensions) {
    rows.push(rowAt(at, [
      field(
        32,
        EXTENSION_NAMES[number] ?? `extension ${number}`,
        counted(bytes.length, "byte"),
        `An extension header. Next comes ${kindOf(bytes[0])}.`,
      ),
    ], bytes.length));
    at += bytes.length;
  }
  const title = `IPv6 header, ${header.headerBytes} bytes`;
  return { title, kind: "ip", rows };
}

function trafficFields(
  { dscp, ecn }: { dscp: number; ecn: number },
): Omit<HeaderField, "bytes">[] {
  return [
    field(
      6,
      "DSCP",
      dscp,
      dscp === 0
        ? "Routers should treat it as they treat most packets."
        : "It asks routers for a special treatment.",
    ),
    field(
      2,
      "ECN",
      ecn,
      ecn === 3
        ? "A router on the way marked congestion."
        : ecn === 0
        ? "The sender doesn't take part in congestion marking."
        : "Routers may mark congestion here instead of dropping the packet.",
    ),
  ];
}

function flag(
  name: string,
  isSet: boolean,
  meaning: string,
): Omit<HeaderField, "bytes"> {
  const state = isSet ? "It's set." : "It isn't set.";
  return { ...field(1, name, isSet ? 1 : 0, `${meaning} ${state}`), isSet };
}

function protocolField(
  name: string,
  number: number,
): Omit<HeaderField, "bytes"> {
  const kind = kindOf(number);
  return field(8, name, `${number} ${kind}`.trim(), `It carries ${kind}.`);
}

function kindOf(number: number): string {
  return EXTENSION_NAMES[number] ?? protocolName(number) ??
    `protocol ${number}`;
}

function sourceField(address: string): Omit<HeaderField, "bytes"> {
  return field(
    32,
    "source address",
    address,
    `The sender's address${isLoopback(address)}.`,
  );
}

function destinationField(address: string): Omit<HeaderField, "bytes"> {
  return field(
    32,
    "destination address",
    address,
    `The receiver's address${isLoopback(address)}.`,
  );
}

function isLoopback(address: string): string {
  return /^127\.|^::1$/.test(address) ? ": loopback, this machine" : "";
}
