import type { Socket, SocketCall } from "./socket_calls.ts";
import type { WirePacket } from "./timeline.ts";

/** A packet, and when it was on the wire in milliseconds since 1970. */
export interface TimedPacket {
  time: number;
  packet: WirePacket;
}

/**
 * Finds the packet without which a call could not have returned what it did:
 * `recvfrom` cannot give a byte before it arrived, nor `accept` a connection
 * before its handshake.
 */
export class Causes {
  readonly #byWay = new Map<string, TimedPacket[]>();
  /** What each socket has taken: bytes, and the packets that brought them. */
  readonly #taken = new Map<Socket, { bytes: number; packets: number }>();

  /** @param packets Those of the lesson, in order. */
  constructor(packets: TimedPacket[]) {
    for (const timed of packets) {
      const way = wayOf(timed.packet.source, timed.packet.destination);
      const others = this.#byWay.get(way);
      if (others === undefined) this.#byWay.set(way, [timed]);
      else others.push(timed);
    }
  }

  /**
   * Takes the next call, in the order in which they were made.
   *
   * @param call A call that takes something from the kernel.
   * @returns When its cause was on the wire, in milliseconds since 1970;
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

  /** When the last was there of all that this socket has received until now. */
  #timeOfBytes(
    { socket, moved = 0 }: SocketCall,
    coming: TimedPacket[],
  ): number | undefined {
    const taken = this.#taken.get(socket) ?? { bytes: 0, packets: 0 };
    this.#taken.set(socket, taken);
    // One datagram at a time, but a stream's bytes in any pieces.
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

/** Bytes of the stream until a packet's end; its SYN counts as number 0. */
function bytesUpTo({ relativeSequence = 0, bytes }: WirePacket): number {
  return bytes === 0 ? 0 : relativeSequence - 1 + bytes;
}
