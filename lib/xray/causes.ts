import type { Socket, SocketCall } from "./socket_calls.ts";
import type { TimedPacket, WirePacket } from "./wire_packet.ts";

/**
 * Finds the packet that caused a call's result: `recvfrom` can't return a byte
 * before it arrives, nor `accept` a connection before its handshake.
 */
export class Causes {
  readonly #byWay = new Map<string, TimedPacket[]>();
  /** The bytes that each socket has received, and the packets that had them. */
  readonly #taken = new Map<Socket, { bytes: number; packets: number }>();

  /**
   * Makes the search for one run.
   *
   * @param packets The lesson's packets, in order.
   */
  constructor(packets: TimedPacket[]) {
    for (const timed of packets) {
      const way = wayOf(timed.packet.source, timed.packet.destination);
      const others = this.#byWay.get(way);
      if (others === undefined) this.#byWay.set(way, [timed]);
      else others.push(timed);
    }
  }

  /**
   * Finds the cause of the next call. Pass the calls in the order in which the
   * lesson made them.
   *
   * @param call A call whose result comes from the kernel.
   * @returns When the packet was on the wire, in milliseconds since 1970, or
   * `undefined` if no packet is known to be its cause.
   */
  timeOf(call: SocketCall): number | undefined {
    const { socket, made, moves, moved, error, peer } = call;
    const { local, remote = peer } = made ?? socket;
    const coming = this.#byWay.get(wayOf(remote, local)) ?? [];
    const going = this.#byWay.get(wayOf(local, remote)) ?? [];
    if (made !== undefined) return timeOfFirst(coming, isAck);
    if (call.given === "SO_ERROR") {
      return timeOfFirst(call.returned === "0" ? going : coming, isAck);
    }
    if (moves !== "in") return undefined;
    if (error !== undefined) return timeOfFirst(coming, isReset);
    if (socket.kind === "tcp" && moved === 0) return timeOfFirst(coming, isFin);
    return this.#timeOfBytes(call, coming);
  }

  /** Returns when the last byte that this socket has received arrived. */
  #timeOfBytes(
    { socket, moved = 0 }: SocketCall,
    coming: TimedPacket[],
  ): number | undefined {
    const taken = this.#taken.get(socket) ?? { bytes: 0, packets: 0 };
    this.#taken.set(socket, taken);
    // UDP receives one datagram per call, TCP any number of bytes.
    if (socket.kind === "udp") return coming[taken.packets++]?.time;
    taken.bytes += moved;
    while (
      taken.packets < coming.length &&
      bytesUpTo(coming[taken.packets].packet) < taken.bytes
    ) taken.packets++;
    return coming[taken.packets]?.time;
  }
}

function wayOf(source: string | undefined, destination: string | undefined) {
  return `${source} ${destination}`;
}

function timeOfFirst(
  packets: TimedPacket[],
  fits: (flags: string) => boolean,
): number | undefined {
  return packets.find(({ packet }) => fits(packet.flags ?? ""))?.time;
}

const isAck = (flags: string) => flags.includes("ACK");
const isFin = (flags: string) => flags.includes("FIN");
const isReset = (flags: string) => flags.includes("RST");

/** Counts the bytes of the stream up to a packet's end; the SYN is number 0. */
function bytesUpTo({ relativeSequence = 0, bytes }: WirePacket): number {
  return bytes === 0 ? 0 : relativeSequence - 1 + bytes;
}
