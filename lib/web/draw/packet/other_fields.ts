import { counted } from "../../../show/counted.ts";
import { type IcmpHeader, icmpMeaning } from "../../../wire/ip/icmp.ts";
import type { UdpHeader } from "../../../wire/ip/udp.ts";
import {
  checksumField,
  field,
  type FieldContext,
  type HeaderGrid,
  portFields,
  rowAt,
} from "./fields.ts";

/**
 * Describes a UDP header (RFC 768).
 *
 * @param header The header.
 * @param context Where it begins, and the verdict on its checksum.
 */
export function udpGrid(
  header: UdpHeader,
  { start, checksum }: FieldContext,
): HeaderGrid {
  const rows = [
    rowAt(start, portFields(header.sourcePort, header.destinationPort)),
    rowAt(start + 4, [
      field(
        16,
        "length",
        header.length,
        `Header and data together: 8 + ${header.length - 8} bytes.`,
      ),
      checksumField(
        header.checksum,
        "the header, the data, and both IP addresses",
        checksum,
      ),
    ]),
  ];
  return { title: "UDP header, 8 bytes", kind: "udp", rows };
}

/**
 * Describes an ICMP header (RFC 792, RFC 4443).
 *
 * @param header The header.
 * @param context Where it begins, and the verdict on its checksum.
 */
export function icmpGrid(
  header: IcmpHeader,
  { start, checksum }: FieldContext,
): HeaderGrid {
  const { version, type, code, rest } = header;
  const name = version === 4 ? "ICMP" : "ICMPv6";
  const meaning = icmpMeaning(header);
  const rows = [
    rowAt(start, [
      field(8, "type", type, `The message means "${meaning}".`),
      field(8, "code", code, "It says more about the type."),
      checksumField(header.checksum, "the whole message", checksum),
    ]),
    rowAt(start + 4, [
      field(
        32,
        "rest of the header",
        `0x${rest.toString(16).padStart(8, "0")}`,
        `Its meaning depends on the type; it's ${counted(4, "byte")} long.`,
      ),
    ]),
  ];
  return { title: `${name} header, 8 bytes: ${meaning}`, kind: "icmp", rows };
}
