import { counted } from "../show/mod.ts";
import type { Socket } from "./socket_calls.ts";
import type { LeftOut, TimedCall, TimelineItem } from "./timeline.ts";
import type { WirePacket } from "./wire_packet.ts";

/**
 * The most sockets to remember individually. If there are more, the oldest are
 * only counted.
 */
const MAX_ENDINGS = 1000;
/** The most clients to remember in one listener's backlog. */
const MAX_QUEUE = 10_000;

/** The effects of the calls that closed one socket. */
export interface SocketEnding {
  /** The socket. */
  socket: Socket;
  /** The step of the first such call, because file descriptors are reused. */
  step: number;
  /** What each `shutdown` and `close` sent. */
  effects: string[];
}

/** A call that closes a socket, and its effects so far. */
interface Closing {
  what: string;
  /** The call's effect, if that doesn't depend on packets. */
  known?: string;
  /**
   * Whether it's the first call that ends the socket's direction with a FIN.
   */
  endsDirection?: boolean;
  /** The number of bytes that hadn't been sent when it was called. */
  queued?: number;
  /** Whether its FIN was sent. */
  fin?: boolean;
  /**
   * The way in which the connection was reset: by the call at once, or later in
   * answer to data.
   */
  rst?: "at once" | "in answer to data";
  /** Whether the connection had been reset before. */
  wasReset?: boolean;
  /** The clients in a listener's backlog that it reset. */
  resets?: number;
}

/** A TCP connection, as seen from one of the lesson's sockets. */
interface Connection {
  socket: Socket;
  key?: string;
  /** The number of bytes that calls gave to the kernel. */
  given: number;
  /** The number of those bytes that have been on the wire. */
  sent: number;
  /** The call whose FIN hasn't been sent yet. */
  due?: Closing;
  /** The last call that closed something. */
  last?: Closing;
  /** Whether data arrived after that. */
  hasNewData: boolean;
  isEnded: boolean;
  isReset: boolean;
}

/** A listening socket, and the clients that wait in its backlog. */
interface Queue {
  waiting: Set<string>;
  closing?: Closing;
}

/** An ending whose effects may still change. */
interface OpenEnding {
  socket: Socket;
  step: number;
  closings: Closing[];
}

/**
 * Finds what each `shutdown` and `close` sent.
 *
 * The kernel may send a FIN long after the call, once the data before it has
 * been sent: its sequence number shows that it follows everything written to
 * the socket.
 */
export class ClosingEffects {
  readonly #connections = new Map<number, Connection>();
  readonly #byWay = new Map<string, Connection>();
  readonly #queues = new Map<string, Queue>();
  readonly #endings = new Map<number, OpenEnding>();
  readonly #forget: (ending: SocketEnding) => void;

  /**
   * Starts without any sockets.
   *
   * @param forget Receives the oldest endings if there are too many to
   * remember.
   */
  constructor(forget: (ending: SocketEnding) => void = () => {}) {
    this.#forget = forget;
  }

  /**
   * Adds the next item of the timeline.
   *
   * @param item The item.
   */
  add(item: TimelineItem): void {
    if (item.seen === "packet") this.#addPacket(item.packet);
    if (item.seen === "more") this.#addLeftOut(item.more);
    if (item.seen !== "call") return;
    const { call, step } = item;
    if (call.made !== undefined) this.#addMade(call.made);
    if (call.socket.role === "listening") this.#addToListener(call);
    else if (call.socket.kind === "tcp") this.#addToConnection(call);
    if (call.name === "shutdown" || call.name === "close") {
      this.#addClosing(call, step);
    }
  }

  /**
   * Returns the endings so far.
   *
   * @returns One entry per socket, in the order of the first call that closed
   * something.
   */
  endings(): SocketEnding[] {
    return [...this.#endings.values()].map(described);
  }

  #addLeftOut({ given, reached }: LeftOut): void {
    for (const [id, bytes] of Object.entries(given)) {
      const connection = this.#connections.get(Number(id));
      if (connection !== undefined) connection.given += bytes;
    }
    for (const [way, bytes] of Object.entries(reached)) {
      const connection = this.#byWay.get(way);
      if (connection === undefined) continue;
      connection.sent = Math.max(connection.sent, bytes);
    }
  }

  #addMade(made: Socket): void {
    if (made.kind !== "tcp") return;
    const fresh = { given: 0, sent: 0, hasNewData: false };
    this.#connections.set(made.id, {
      socket: made,
      ...fresh,
      isEnded: false,
      isReset: false,
    });
    const queue = this.#queueAt(made.local);
    if (made.remote !== undefined) queue?.waiting.delete(made.remote);
  }

  #addToListener({ socket }: TimedCall): void {
    const { id, kind, local } = socket;
    this.#connections.delete(id);
    if (kind !== "tcp" || local === undefined) return;
    const key = local.replace(ANY_ADDRESS, "*");
    const queue = this.#queues.get(key);
    if (queue === undefined || queue.closing !== undefined) {
      this.#queues.set(key, { waiting: new Set() });
    }
  }

  #addToConnection({ socket, moves, moved = 0 }: TimedCall): void {
    const connection = this.#connectionOf(socket);
    if (moves === "out") connection.given += moved;
    const { local, remote } = socket;
    if (connection.key !== undefined) return;
    if (local === undefined || remote === undefined) return;
    connection.key = `${local} ${remote}`;
    this.#byWay.set(connection.key, connection);
  }

  #connectionOf(socket: Socket): Connection {
    if (!this.#connections.has(socket.id)) this.#addMade(socket);
    return this.#connections.get(socket.id)!;
  }

  #addClosing(call: TimedCall, step: number): void {
    const { socket, name, given } = call;
    const ending = this.#endings.get(socket.id) ??
      { socket, step, closings: [] };
    const what = name === "shutdown" ? `shutdown(${given})` : "close()";
    ending.closings.push({ what, ...this.#effectOf(call) });
    const closing = ending.closings.at(-1)!;
    this.#endings.set(socket.id, ending);
    if (socket.kind === "tcp" && closing.known === undefined) {
      this.#begin(closing, call);
    }
    if (this.#endings.size > MAX_ENDINGS) this.#forgetOldest();
  }

  /** Describes what a call did, if packets don't matter. */
  #effectOf({ socket, error, given }: TimedCall): Omit<Closing, "what"> {
    if (error !== undefined) return { known: `failed with ${error}` };
    if (socket.kind === "udp") {
      return {
        known: "sent nothing: UDP has no " +
          "connections",
      };
    }
    if (socket.role === "listening") {
      return socket.kind === "tcp"
        ? { resets: 0 }
        : { known: "accepts no more clients" };
    }
    if (socket.kind !== "tcp") return { known: "sent no packet" };
    return given === "SHUT_RD" ? { known: "sent nothing" } : {};
  }

  #begin(closing: Closing, { socket }: TimedCall): void {
    if (socket.role === "listening") {
      const queue = this.#queueAt(socket.local);
      if (queue !== undefined) queue.closing = closing;
      return;
    }
    const connection = this.#connectionOf(socket);
    closing.wasReset = connection.isReset;
    connection.last = closing;
    connection.hasNewData = false;
    if (connection.isEnded) return;
    connection.isEnded = true;
    closing.endsDirection = true;
    closing.queued = connection.given - connection.sent;
    connection.due = closing;
  }

  #addPacket(packet: WirePacket): void {
    const { source, destination, flags = "", bytes } = packet;
    if (flags === "SYN") {
      const queue = this.#queueAt(destination);
      if (queue !== undefined && queue.waiting.size < MAX_QUEUE) {
        queue.waiting.add(source);
      }
    }
    if (flags.includes("RST")) this.#reset(packet);
    const sender = this.#byWay.get(`${source} ${destination}`);
    if (sender !== undefined) noteSent(sender, packet);
    const receiver = this.#byWay.get(`${destination} ${source}`);
    if (receiver === undefined) return;
    if (bytes > 0) receiver.hasNewData = true;
    if (flags.includes("RST")) receiver.isReset = true;
  }

  #reset({ source, destination }: WirePacket): void {
    // The kernel sent it for a client that wasn't accepted, or that client did.
    const queue = this.#queueAt(source);
    if (queue?.waiting.delete(destination) && queue.closing !== undefined) {
      queue.closing.resets = (queue.closing.resets ?? 0) + 1;
    }
    this.#queueAt(destination)?.waiting.delete(source);
  }

  #queueAt(address: string | undefined): Queue | undefined {
    if (address === undefined) return undefined;
    return this.#queues.get(address) ??
      this.#queues.get(`*${address.slice(address.lastIndexOf(":"))}`) ??
      this.#queues.get(address.replace(ANY_ADDRESS, "*"));
  }

  #forgetOldest(): void {
    const [[id, ending]] = this.#endings;
    this.#endings.delete(id);
    this.#forget(described(ending));
    const key = this.#connections.get(id)?.key;
    this.#connections.delete(id);
    if (key !== undefined && this.#byWay.get(key)?.socket.id === id) {
      this.#byWay.delete(key);
    }
  }
}

/** The wildcard address, of a listener on all addresses. */
const ANY_ADDRESS = /^(0\.0\.0\.0|\[::\])(?=:)/;

/** Records what a connection has sent. */
function noteSent(connection: Connection, packet: WirePacket): void {
  const { flags = "", bytes, relativeSequence } = packet;
  const { due, last } = connection;
  // The SYN has number 0, and the first byte number 1.
  const end = relativeSequence === undefined
    ? undefined
    : relativeSequence - 1 + bytes;
  if (end !== undefined && bytes > 0) {
    connection.sent = Math.max(connection.sent, end);
  }
  const isAfterAll = end === undefined || end >= connection.given;
  if (flags.includes("FIN") && due !== undefined && isAfterAll) {
    due.fin = true;
    connection.due = undefined;
  }
  if (!flags.includes("RST")) return;
  connection.isReset = true;
  if (last === undefined) return;
  // A closed socket answers incoming data with an RST.
  last.rst ??= connection.hasNewData ? "in answer to data" : "at once";
}

function described({ socket, step, closings }: OpenEnding): SocketEnding {
  const effects = closings.map((closing, i) => {
    const later = closings.slice(i + 1);
    return `${closing.what} ${describe(closing, later)}`;
  });
  return { socket, step, effects };
}

function describe(closing: Closing, later: Closing[]): string {
  const { known, resets, fin, rst, queued = 0, endsDirection } = closing;
  if (known !== undefined) return known;
  if (resets !== undefined) {
    return "accepts no more clients" +
      (resets > 0
        ? `, and reset ${counted(resets, "client")} in its backlog`
        : "");
  }
  const words = [
    ...(fin
      ? ["FIN" + (queued > 0 ? ` after ${queued} queued bytes` : "")]
      : []),
    ...(rst === "at once" ? ["RST"] : []),
  ];
  const answer = rst === "in answer to data"
    ? ", and RST later, in answer to data"
    : "";
  if (words.length > 0) return `sent ${words.join(", then ")}${answer}`;
  if (!endsDirection) return `nothing more${answer}`;
  if (closing.wasReset) return "sent nothing: the connection was already reset";
  const isOvertaken = later.some(({ rst }) => rst === "at once");
  return isOvertaken
    ? "queued a FIN, which was never sent"
    : `sent nothing${answer}`;
}

/**
 * Finds what each `shutdown` and `close` of a whole run sent.
 *
 * @param items The timeline.
 * @returns One entry per socket, in the order of the first such call.
 */
export function effectsOfClosing(items: TimelineItem[]): SocketEnding[] {
  const endings: SocketEnding[] = [];
  const effects = new ClosingEffects((ending) => endings.push(ending));
  for (const item of items) effects.add(item);
  return [...endings, ...effects.endings()];
}
