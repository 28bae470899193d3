/** The protocols over IP, by their IANA numbers. */
const NAMES: Readonly<Record<number, string>> = {
  1: "ICMP",
  2: "IGMP",
  4: "IPv4",
  6: "TCP",
  17: "UDP",
  41: "IPv6",
  47: "GRE",
  50: "ESP",
  51: "AH",
  58: "ICMPv6",
  59: "nothing",
  89: "OSPF",
  103: "PIM",
  112: "VRRP",
  132: "SCTP",
  135: "Mobility",
  136: "UDP-Lite",
};

/**
 * Returns the name of a protocol over IP.
 *
 * @param number The protocol number in the IP header, from 0 to 255.
 * @returns The name; `undefined` for a rare protocol.
 *
 * @example TCP
 * ```ts
 * import { protocolName } from "./protocol_names.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(protocolName(6), "TCP");
 * assertEquals(protocolName(253), undefined);
 * ```
 */
export function protocolName(number: number): string | undefined {
  return NAMES[number];
}
