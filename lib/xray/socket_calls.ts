import { counted } from "../show/mod.ts";
import { type SystemCall, unquote } from "./strace.ts";

/** The kind of a socket. */
export type SocketKind = "tcp" | "udp" | "unix" | "unixpacket";

/** One socket of the lesson, from its creation to its close. */
export interface Socket {
  /** The socket's number among the lesson's sockets, from 1. */
  id: number;
  /** The file descriptor, which the system may reuse later. */
  descriptor: number;
  /** Its protocol; `unixpacket` is Deno's name for Unix datagram sockets. */
  kind: SocketKind;
  /** `listening`, `connecting`, `accepted`, or `unconnected` for datagrams. */
  role: "new" | "listening" | "connecting" | "accepted" | "unconnected";
  /** The local address, once it's known. */
  local?: string;
  /** The peer's address, once it's known. */
  remote?: string;
}

/** A decoded system call on one of the lesson's sockets. */
export interface SocketCall {
  /** The time when it began, in milliseconds since 1970. */
  atMs: number;
  /**
   * The time when it returned, in milliseconds since 1970, or a little later.
   */
  endMs: number;
  /**
   * A time by which it had certainly returned, in milliseconds since 1970.
   *
   * @default {Infinity}
   */
  settledMs?: number;
  /** Its name, such as `sendto`. */
  name: string;
  /** The socket that it was made on. */
  socket: Socket;
  /** The socket that it created. */
  made?: Socket;
  /** The arguments besides the socket, such as `5 bytes`. */
  given: string;
  /** The result, such as `5` or `EAGAIN`. */
  returned: string;
  /** The name of the error, if it failed: `EAGAIN`. */
  error?: string;
  /** The direction in which it moves bytes, if it does. */
  moves?: "out" | "in";
  /** The number of bytes that it tried to move. */
  asked?: number;
  /** The number of bytes that it moved. */
  moved?: number;
  /** The first bytes of its data, in hexadecimal. */
  data?: string;
  /** The peer's address, if the call names one. */
  peer?: string;
  /** Whether it only gets or sets something. */
  housekeeping: boolean;
}

const HOUSEKEEPING = ["getsockname", "getpeername", "getsockopt", "setsockopt"];
/** Options that Deno always sets, and that don't matter to a lesson. */
const QUIET_OPTIONS = [
  ...["SO_REUSEADDR", "SO_REUSEPORT", "SO_BROADCAST"],
  ...["IP_MULTICAST_LOOP", "IPV6_MULTICAST_LOOP"],
];
const SENDING = ["sendto", "sendmsg", "sendmmsg", "write", "writev"];
const RECEIVING = ["recvfrom", "recvmsg", "recvmmsg", "read", "readv"];

/**
 * Follows the sockets of a lesson through the system calls of its process.
 *
 * It follows only sockets that `socket` or `accept` made in the process's main
 * thread, where Deno makes every call on a program's sockets. It leaves out
 * everything else: the unnamed socket pairs that the runtime uses to wake
 * itself, name lookups in other threads, files, and child processes.
 *
 * @example A socket that is created and closed
 * ```ts
 * import { SocketFollower } from "./socket_calls.ts";
 * import { StraceReader } from "./strace.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const reader = new StraceReader();
 * const follower = new SocketFollower();
 * const names = [
 *   "7 1.0 socket(AF_INET, SOCK_DGRAM|SOCK_CLOEXEC, IPPROTO_UDP) = 21 <0.1>",
 *   "7 2.0 close(20) = 0 <0.1>",
 *   "8 3.0 close(21) = 0 <0.1>",
 *   "7 4.0 close(21) = 0 <0.1>",
 * ].map((line) => follower.follow(reader.line(line)!)?.name);
 * assertEquals(names, ["socket", undefined, undefined, "close"]);
 * ```
 */
export class SocketFollower {
  readonly #open = new Map<number, Socket>();
  #mainThread?: number;
  #count = 0;

  /**
   * Handles the next call. The very first call is the main thread's.
   *
   * @param call The call.
   * @returns The decoded call, or `undefined` if the socket isn't one of the
   * lesson's.
   */
  follow(call: SystemCall): SocketCall | undefined {
    this.#mainThread ??= call.thread;
    if (call.thread !== this.#mainThread) return undefined;
    if (call.name === "socket") return this.#born(call);
    const socket = this.#open.get(descriptorOf(call.args[0] ?? ""));
    if (socket === undefined) return undefined;
    const isPortOpen = socket.remote === undefined &&
      (socket.local?.endsWith(":0") ?? true);
    this.#learn(socket, call);
    if (SENDING.includes(call.name)) return sent(socket, call);
    if (RECEIVING.includes(call.name)) return received(socket, call);
    switch (call.name) {
      case "accept":
      case "accept4":
        return this.#accepted(socket, call);
      case "close":
        this.#open.delete(socket.descriptor);
        return plain(socket, call, "");
      case "bind":
      case "connect":
        return plain(socket, call, addressOf(call.args[1]) ?? "");
      case "listen":
        return plain(socket, call, `backlog ${call.args[1]}`);
      case "shutdown":
        return plain(socket, call, call.args[1]);
      case "getsockname":
        // The call returns the real port if the socket was bound to port 0.
        return { ...setting(socket, call), housekeeping: !isPortOpen };
      default:
        return setting(socket, call);
    }
  }

  #born(call: SystemCall): SocketCall | undefined {
    const kind = kindOf(call.args);
    if (kind === undefined || call.error !== undefined) return undefined;
    const datagrams = kind === "udp" || kind === "unixpacket";
    const made = this.#add(call, kind, datagrams ? "unconnected" : "new");
    const [family, type] = call.args;
    const given = `${family}, ${type.split("|")[0]}`;
    return { ...plain(made, call, given), made };
  }

  #accepted(listener: Socket, call: SystemCall): SocketCall {
    if (call.error !== undefined) return plain(listener, call, "");
    const made = this.#add(call, listener.kind, "accepted");
    made.local = listener.local;
    made.remote = addressOf(call.args[1]);
    return withPeer({ ...plain(listener, call, ""), made }, made.remote);
  }

  #add(call: SystemCall, kind: SocketKind, role: Socket["role"]): Socket {
    const descriptor = descriptorOf(call.result);
    const id = ++this.#count;
    const socket: Socket = { id, descriptor, kind, role };
    this.#open.set(socket.descriptor, socket);
    return socket;
  }

  #learn(socket: Socket, { name, args, error }: SystemCall): void {
    if (name === "listen") socket.role = "listening";
    if (name === "connect" && socket.role === "new") socket.role = "connecting";
    if (error !== undefined && error !== "EINPROGRESS") return;
    const address = addressOf(args[1] ?? "");
    if (address === undefined) return;
    if (name === "connect" || name === "getpeername") socket.remote = address;
    if (name === "bind" || name === "getsockname") socket.local = address;
  }
}

/**
 * Describes a socket in a few words.
 *
 * @param socket The socket.
 * @returns Text such as `21, the listening socket`.
 */
export function nameOfSocket({ descriptor, kind, role }: Socket): string {
  const what = {
    new: "a new socket",
    listening: "the listening socket",
    connecting: "the connecting socket",
    accepted: "an accepted socket",
    unconnected: kind === "udp" ? "a UDP socket" : "a Unix datagram socket",
  }[role];
  return `${descriptor}, ${what}`;
}

function plain(socket: Socket, call: SystemCall, given: string): SocketCall {
  const { atMs, endMs, settledMs, name, result, error } = call;
  return {
    atMs,
    endMs,
    settledMs,
    name,
    socket,
    given,
    returned: error ?? result,
    ...(error === undefined ? {} : { error }),
    housekeeping: HOUSEKEEPING.includes(name),
  };
}

function withPeer(call: SocketCall, peer: string | undefined): SocketCall {
  return peer === undefined || peer === "" ? call : { ...call, peer };
}

/** Decodes a call that sends bytes. */
function sent(socket: Socket, call: SystemCall): SocketCall {
  const { asked, data, peer } = bytesOf(call, "out");
  return withPeer({
    ...plain(socket, call, counted(asked, "byte")),
    moves: "out",
    asked,
    moved: Number(call.error === undefined ? call.result : 0),
    ...(data === "" ? {} : { data }),
  }, peer);
}

/** Decodes a call that receives bytes. */
function received(socket: Socket, call: SystemCall): SocketCall {
  const { asked, data, peer } = bytesOf(call, "in");
  const moved = Number(call.error === undefined ? call.result : 0);
  return withPeer({
    ...plain(socket, call, `room for ${asked}`),
    returned: call.error ?? counted(moved, "byte"),
    moves: "in",
    asked,
    moved,
    ...(data === "" || moved === 0 ? {} : { data }),
  }, peer);
}

/** Returns a call's number of bytes, its data, and its address. */
function bytesOf(
  { name, args, error }: SystemCall,
  way: "out" | "in",
): { asked: number; data: string; peer?: string } {
  if (/^(send|recv)m+sg$/.test(name) || /^(read|write)v$/.test(name)) {
    // Pieces in a list: [{iov_base="hello", iov_len=5}, …].
    const list = args.slice(1).join(", ");
    const lengths = [...list.matchAll(/iov_len=(\d+)/g)];
    const pieces = [...list.matchAll(/iov_base=("(?:[^"\\]|\\.)*")/g)];
    return {
      asked: lengths.reduce((sum, [, length]) => sum + Number(length), 0),
      data: pieces.map(([, piece]) => unquote(piece).toHex()).join(""),
      peer: addressOf(list),
    };
  }
  const [, data, size, , address = ""] = args;
  // If nothing was received, it shows the buffer's address or old bytes.
  const bytes = way === "in" && error !== undefined ? "" : data;
  return {
    asked: Number(size),
    data: unquote(bytes).toHex(),
    peer: addressOf(address),
  };
}

/** Decodes a call that gets an address or a setting, or changes one. */
function setting(socket: Socket, call: SystemCall): SocketCall {
  const { name, args } = call;
  if (name !== "setsockopt" && name !== "getsockopt") {
    return plain(socket, call, addressOf(args[1] ?? "") ?? "");
  }
  const value = args[3].replace(/^\[(.*)\]$/, "$1");
  if (name === "setsockopt") {
    const housekeeping = QUIET_OPTIONS.includes(args[2]);
    return { ...plain(socket, call, `${args[2]} ${value}`), housekeeping };
  }
  // The result of a pending connection: the answer to connect().
  if (args[2] === "SO_ERROR") {
    return {
      ...plain(socket, call, args[2]),
      returned: value,
      housekeeping: false,
    };
  }
  return { ...plain(socket, call, args[2]), returned: value };
}

function kindOf([family, type]: string[]): SocketKind | undefined {
  const stream = type.startsWith("SOCK_STREAM");
  if (family === "AF_UNIX") return stream ? "unix" : "unixpacket";
  if (family === "AF_INET" || family === "AF_INET6") {
    return stream ? "tcp" : "udp";
  }
}

/** Returns the number at the start of a text. */
function descriptorOf(text: string): number {
  return Number.parseInt(text, 10);
}

/**
 * Converts `strace`'s notation of a `sockaddr` to an address in the usual form.
 */
function addressOf(text: string): string | undefined {
  const path = text.match(/sun_path=@?("(?:[^"\\]|\\.)*")/)?.[1];
  if (path !== undefined) return new TextDecoder().decode(unquote(path));
  const port = text.match(/sin6?_port=htons\((\d+)\)/)?.[1];
  const ipv4 = text.match(/inet_addr\("([^"]+)"\)/)?.[1];
  if (ipv4 !== undefined) return `${ipv4}:${port}`;
  const ipv6 = text.match(/inet_pton\(AF_INET6, "([^"]+)"/)?.[1];
  if (ipv6 === undefined) return undefined;
  // An IPv4-mapped address, of an IPv4 peer of an IPv6 socket: on the wire,
  // it's plain IPv4.
  const mapped = ipv6.match(/^::ffff:([\d.]+)$/)?.[1];
  return mapped === undefined ? `[${ipv6}]:${port}` : `${mapped}:${port}`;
}
