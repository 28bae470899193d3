import type { Socket, SocketCall } from "./socket_calls.ts";
import type { TimedPacket, WirePacket } from "./wire_packet.ts";

/**
 * The most first fragments to remember. If there are more, the oldest is
 * dropped.
 */
const MAX_FRAGMENTS = 1000;
/**
 * The most connections to remember. If there are more, the oldest is dropped.
 */
const MAX_CONNECTIONS = 10_000;
/** The most lifetimes of one address to remember. */
const MAX_LIVES = 1000;
/** How long to wait for a SYN, in milliseconds. */
const MAX_WAIT_MS = 5000;

/** The time in which an address belonged to the lesson. */
interface Life {
  fromMs: number;
  toMs: number;
}

/** A packet, and the number that its fragments share. */
export interface OwnedPacket extends TimedPacket {
  /** The number that the fragments of one datagram share, if it has any. */
  identification?: number | null;
}

/**
 * Recognizes the lesson's packets by the addresses of its sockets while they
 * are open. Another program may have had the same port before, or may get the
 * same UDP port later.
 *
 * An ICMP error belongs to the lesson if the packet that it quotes does. A
 * later fragment, which has no ports, belongs to it if the first fragment does.
 */
export class Ownership {
  readonly #told = new Set<string>();
  readonly #lives = new Map<string, Life[]>();
  readonly #lifeOf = new WeakMap<Socket, Life>();
  readonly #registered = new WeakSet<Socket>();
  /** Connections whose own port isn't known yet. */
  #unlearned: SocketCall[] = [];
  /**
   * Whether a TCP connection is the lesson's, and the sequence number of its
   * SYN.
   */
  readonly #connections = new Map<
    string,
    { isOwn: boolean; sequence?: number }
  >();
  /** The endpoints of datagrams whose first fragment is the lesson's. */
  readonly #fragments = new Map<string, [source: string, to: string]>();

  /**
   * Adds addresses that belong to the lesson the whole time.
   *
   * @param addresses The addresses with their ports.
   */
  know(addresses: string[]): void {
    for (const address of addresses) this.#told.add(address);
  }

  /**
   * Records the lesson's sockets.
   *
   * @param calls The calls on them, in order.
   * @param packets The packets of all programs in the same time, in order.
   */
  add(calls: SocketCall[], packets: TimedPacket[]): void {
    for (const call of calls) {
      const { name, socket, made, atMs, endMs } = call;
      if (made !== undefined) {
        this.#lifeOf.set(made, { fromMs: atMs, toMs: Infinity });
      }
      if (name === "connect" && socket.local === undefined) {
        this.#unlearned.push(call);
      }
      const life = this.#lifeOf.get(socket);
      if (name === "close" && life !== undefined) life.toMs = endMs;
    }
    this.#learnOwnAddresses(packets);
    for (const { socket, made } of calls) {
      this.#register(socket);
      if (made !== undefined) this.#register(made);
    }
  }

  /**
   * Returns whether a packet belongs to the lesson, and gives a later fragment
   * the endpoints of its datagram.
   *
   * @param timed The packet, whose endpoints may change.
   * @returns Whether it belongs to the lesson.
   */
  owns({ time, packet, identification }: OwnedPacket): boolean {
    const { source, destination, quoted } = packet;
    const key = `${hostOf(source)} ${hostOf(destination)} ${identification}`;
    if (packet.fragmentFrom !== undefined) {
      const whole = this.#fragments.get(key);
      if (whole === undefined) return false;
      [packet.source, packet.destination] = whole;
      return true;
    }
    const isOwn = quoted === undefined
      ? this.#isOwn(packet, time)
      : this.#isAt(quoted.protocol, [quoted.source, quoted.destination], {
        fromMs: time,
        toMs: time,
      });
    if (isOwn && packet.fragment) {
      this.#fragments.set(key, [source, destination]);
      if (this.#fragments.size > MAX_FRAGMENTS) {
        this.#fragments.delete(this.#fragments.keys().next().value!);
      }
    }
    return isOwn;
  }

  /**
   * Finds the local addresses of connections. A program may not ask for its
   * port, and can't after a refusal, but the SYN has it, and is sent during
   * `connect`.
   */
  #learnOwnAddresses(packets: TimedPacket[]): void {
    if (this.#unlearned.length === 0) return;
    const syns = Map.groupBy(
      packets.filter(({ packet }) => packet.flags === "SYN"),
      ({ packet }) => packet.destination,
    );
    const lastMs = packets.at(-1)?.time ?? 0;
    this.#unlearned = this.#unlearned.filter((call) => {
      const { socket, atMs, settledMs = Infinity } = call;
      socket.local ??= (syns.get(socket.remote!) ?? []).find(({ time }) =>
        time >= atMs && time <= settledMs
      )?.packet.source;
      this.#register(socket);
      return socket.local === undefined && lastMs - atMs < MAX_WAIT_MS;
    });
  }

  #register(socket: Socket): void {
    const { kind, local } = socket;
    // Port 0 becomes a real one as soon as the socket is bound.
    if (local === undefined || local.endsWith(":0")) return;
    const life = this.#lifeOf.get(socket);
    if (life === undefined || this.#registered.has(socket)) return;
    this.#registered.add(socket);
    const key = `${kind} ${local.replace(ANY_ADDRESS, "*")}`;
    const others = (this.#lives.get(key) ?? []).slice(-MAX_LIVES);
    // Accepted connections have the listener's address.
    const isCovered = others.some(({ fromMs, toMs }) =>
      fromMs <= life.fromMs && toMs === Infinity
    );
    this.#lives.set(key, isCovered ? others : [...others, life]);
  }

  #isOwn(packet: WirePacket, time: number): boolean {
    const { protocol, source, destination, flags, sequence } = packet;
    const ends = [source, destination];
    const now = { fromMs: time, toMs: time };
    if (protocol !== "tcp") return this.#isAt(protocol, ends, now);
    // TCP still sends segments after the close, but the SYN of another connection
    // between the same ports is another program's.
    const key = ends.toSorted().join(" ");
    const known = this.#connections.get(key);
    if (flags !== "SYN" || known?.sequence === sequence) {
      return known?.isOwn ??
        this.#isAt(protocol, ends, { fromMs: time, toMs: -Infinity });
    }
    const isOwn = this.#isAt(protocol, ends, now);
    this.#connections.delete(key);
    this.#connections.set(key, { isOwn, sequence });
    if (this.#connections.size > MAX_CONNECTIONS) {
      this.#connections.delete(this.#connections.keys().next().value!);
    }
    return isOwn;
  }

  /** Returns whether one of the addresses belonged to the lesson at a time. */
  #isAt(
    protocol: string,
    addresses: string[],
    at: Life,
  ): boolean {
    return addresses.some((address) => {
      const port = address.slice(address.lastIndexOf(":"));
      return this.#told.has(address) ||
        [address, `*${port}`].some((name) =>
          this.#lives.get(`${protocol} ${name}`)?.some(({ fromMs, toMs }) =>
            at.fromMs >= fromMs && at.toMs <= toMs
          )
        );
    });
  }
}

/** The wildcard address, of a socket that is bound to all addresses. */
const ANY_ADDRESS = /^(0\.0\.0\.0|\[::\])(?=:)/;

/** Returns an address without its port. */
function hostOf(address: WirePacket["source"]): string {
  return address.replace(/(?<=\]|^[\d.]+):\d+$/, "").replace(
    /^\[(.*)\]$/,
    "$1",
  );
}
