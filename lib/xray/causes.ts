import type { Socket, SocketCall } from "./socket_calls.ts";
import type { TimedPacket, WirePacket } from "./wire_packet.ts";

/** The packets from one address to another. */
interface Way {
  packets: TimedPacket[];
  /** The number of earlier packets that were dropped. */
  forgotten: number;
}

/**
 * Finds the packet that caused a call's result: `recvfrom` can't return a byte
 * before it arrives, nor `accept` a connection before its handshake.
 */
export class Causes {
  readonly #ways = new Map<string, Way>();
  /**
   * The bytes that each socket has received, and the packets that carried them.
   */
  readonly #taken = new WeakMap<Socket, { bytes: number; packets: number }>();

  /**
   * Adds packets of the lesson.
   *
   * @param packets The packets, in order.
   */
  add(packets: TimedPacket[]): void {
    for (const timed of packets) {
      const { protocol, source, destination, fragmentFrom } = timed.packet;
      // A datagram in fragments is one datagram.
      if (protocol === "icmp" || fragmentFrom !== undefined) continue;
      const key = keyOf(source, destination);
      const way = this.#ways.get(key);
      if (way === undefined) {
        this.#ways.set(key, { packets: [timed], forgotten: 0 });
      } else way.packets.push(timed);
    }
  }

  /**
   * Drops packets whose effects have been observed.
   *
   * @param beforeMs The time, in milliseconds since 1970, before which packets
   * are dropped.
   */
  forget(beforeMs: number): void {
    for (const [key, way] of this.#ways) {
      const kept = way.packets.findIndex(({ time }) => time >= beforeMs);
      if (kept === -1) this.#ways.delete(key);
      else if (kept > 0) {
        way.packets.splice(0, kept);
        way.forgotten += kept;
      }
    }
  }

  /**
   * Finds the cause of the next call. Pass the calls in the order in which the
   * lesson made them.
   *
   * @param call A call whose result comes from the kernel.
   * @returns The time when the packet was on the wire, in milliseconds since
   * 1970, or `undefined` if no packet is known to be its cause.
   */
  timeOf(call: SocketCall): number | undefined {
    const { socket, made, moves, moved, error, peer } = call;
    const { local, remote = peer } = made ?? socket;
    const coming = this.#ways.get(keyOf(remote, local));
    const going = this.#ways.get(keyOf(local, remote));
    if (made !== undefined) return timeOfFirst(coming, isAck);
    if (call.given === "SO_ERROR") {
      return timeOfFirst(call.returned === "0" ? going : coming, isAck);
    }
    if (moves !== "in" || coming === undefined) return undefined;
    if (error !== undefined) return timeOfFirst(coming, isReset);
    if (socket.kind === "tcp" && moved === 0) return timeOfFirst(coming, isFin);
    return this.#timeOfBytes(call, coming);
  }

  /** Returns when the last byte that this socket has received arrived. */
  #timeOfBytes(
    { socket, moved = 0 }: SocketCall,
    { packets, forgotten }: Way,
  ): number | undefined {
    const taken = this.#taken.get(socket) ?? { bytes: 0, packets: 0 };
    this.#taken.set(socket, taken);
    // UDP receives one datagram per call, TCP any number of bytes.
    if (socket.kind === "udp") {
      return packets[taken.packets++ - forgotten]?.time;
    }
    taken.bytes += moved;
    let at = Math.max(0, taken.packets - forgotten);
    while (at < packets.length && bytesUpTo(packets[at].packet) < taken.bytes) {
      at++;
    }
    taken.packets = at + forgotten;
    return packets[at]?.time;
  }
}

function keyOf(source: string | undefined, destination: string | undefined) {
  return `${source} ${destination}`;
}

function timeOfFirst(
  way: Way | undefined,
  fits: (flags: string) => boolean,
): number | undefined {
  return way?.packets.find(({ packet }) => fits(packet.flags ?? ""))?.time;
}

const isAck = (flags: string) => flags.includes("ACK");
const isFin = (flags: string) => flags.includes("FIN");
const isReset = (flags: string) => flags.includes("RST");

/** Counts the bytes of the stream up to a packet's end; the SYN is number 0. */
function bytesUpTo({ relativeSequence = 0, bytes }: WirePacket): number {
  return bytes === 0 ? 0 : relativeSequence - 1 + bytes;
}
