/**
 * Prepares the packets of a capture for their flow graph: the ends, and a text
 * for each packet.
 *
 * @module
 */
import { applicationWords } from "../../../show/application_words.ts";
import { counted } from "../../../show/counted.ts";
import { protocolName } from "../../../show/protocol_names.ts";
import { CaptureConversations } from "../../../wire/capture/capture_conversations.ts";
import type { Packet } from "../../../wire/capture/packet.ts";
import { elapsedMs, type Timestamp } from "../../../wire/capture/timestamp.ts";
import { formatEnd } from "../format_end.ts";
import { icmpMeaning } from "../../../wire/ip/icmp.ts";
import { formatTcpFlags } from "../../../wire/tcp/flags.ts";

/** A packet in the flow graph. */
export interface FlowRow {
  /** Its place in the list of packets, from 0. */
  index: number;
  /** The time since the first packet, in milliseconds. */
  atMs: number | undefined;
  /** The names of the two ends, as at the heads of the columns. */
  from: string;
  to: string;
  /** What it is: `PSH ACK 10 bytes`. */
  main: string;
  /** Its numbers, its data, and notes about it. */
  details: string[];
  /** The class that colors it: `bytes`, `packet`, `again`, or `fail`. */
  kind: string;
}

/**
 * Prepares packets. An end is an address. If every packet goes to the address
 * that it comes from, as on loopback, an end is an address and a port.
 *
 * @param packets The packets, in order.
 */
export function flowRows(packets: Packet[]): FlowRow[] {
  const conversations = new CaptureConversations();
  const nameOf = namesFor(packets);
  let start: Timestamp | undefined;
  return packets.flatMap((packet, index): FlowRow[] => {
    const { ip, time } = packet;
    const tracked = conversations.add(packet);
    if (ip === null) return [];
    start ??= time ?? undefined;
    const { segment } = tracked;
    const numbers = segment === null ? "" : [
      `seq ${segment.relativeSequence}`,
      ...(segment.relativeAcknowledgment === null
        ? []
        : [`ack ${segment.relativeAcknowledgment}`]),
    ].join(" ");
    const says = applicationWords(packet);
    return [{
      index,
      atMs: time === null || start === undefined
        ? undefined
        : elapsedMs(start, time),
      ...endsOf(packet, nameOf),
      main: mainWords(packet),
      details: [numbers, says ?? "", ...(segment?.notes ?? [])]
        .filter((text) => text !== ""),
      kind: kindOf(packet, segment?.retransmission ?? false),
    }];
  });
}

type NameOf = (address: string, port?: number) => string;

function namesFor(packets: Packet[]): NameOf {
  const ips = packets.flatMap(({ ip }) => ip ?? []);
  const isLoopback = ips.every((ip) => ip.source === ip.destination);
  const isOneHost = new Set(ips.map(({ source }) => source)).size === 1;
  return (address, port) =>
    !isLoopback || port === undefined
      ? address
      : isOneHost
      ? `:${port}`
      : formatEnd(address, port);
}

/**
 * Returns a packet's ends. An ICMP error comes from the quoted packet's target.
 */
function endsOf(
  { ip, ports, quoted }: Packet,
  nameOf: NameOf,
): { from: string; to: string } {
  if (quoted !== null && quoted.ip !== null) {
    return {
      from: nameOf(ip!.source, quoted.ports?.destination),
      to: nameOf(ip!.destination, quoted.ports?.source),
    };
  }
  return {
    from: nameOf(ip!.source, ports?.source),
    to: nameOf(ip!.destination, ports?.destination),
  };
}

function mainWords({ ip, tcp, udp, icmp, payloadBytes }: Packet): string {
  if (icmp !== null) return icmpMeaning(icmp);
  const protocol = tcp !== null
    ? formatTcpFlags(tcp.flags).replaceAll(",", " ")
    : udp !== null
    ? "UDP"
    : protocolName(ip!.protocol) ?? `IP protocol ${ip!.protocol}`;
  return payloadBytes > 0 || tcp === null
    ? `${protocol} ${counted(payloadBytes, "byte").replace(" ", "\u00a0")}`
    : protocol;
}

function kindOf(
  { tcp, icmp, payloadBytes }: Packet,
  isRetransmission: boolean,
): string {
  if (tcp?.flags.rst || icmp !== null) return "fail";
  if (isRetransmission) return "again";
  return payloadBytes > 0 ? "bytes" : "packet";
}
