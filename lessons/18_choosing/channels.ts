/** All four kinds of sockets behind one small interface, to be compared. */
import {
  bindUdp,
  bindUnixDatagram,
  connect,
  connectTcp,
  type DatagramSocket,
  listenTcp,
  listenUnix,
  writeAll,
} from "../../lib/net/mod.ts";

/** The kinds, by the names that Deno has for them. */
export type Kind = "tcp" | "udp" | "unix" | "unixpacket";

/** Every kind, in the order in which to show them. */
export const KINDS: Kind[] = ["tcp", "udp", "unix", "unixpacket"];

/** What a reader calls them. */
export const NAMES: Record<Kind, string> = {
  tcp: "TCP",
  udp: "UDP",
  unix: "Unix stream",
  unixpacket: "Unix datagram",
};

/** Whether it carries a stream of bytes, in which messages have no edges. */
export function isStream(kind: Kind): boolean {
  return kind === "tcp" || kind === "unix";
}

/** One end of a conversation. */
export interface End extends Disposable {
  /** Sends all of it. */
  send(data: Uint8Array): Promise<void>;
  /**
   * Receives so many bytes of a stream, or one whole message. They are good until
   * the next call.
   */
  receive(size: number): Promise<Uint8Array>;
  /** Receives what one call gives. */
  receiveOnce(): Promise<Uint8Array>;
  close(): void;
}

/** Both ends of a conversation, which closes them. */
export interface Pair extends Disposable {
  client: End;
  server: End;
}

/** A server, and a way to reach it. */
export interface Meeting extends Disposable {
  /** Where the server is. */
  address: Deno.Addr;
  /** A client, and the end at which the server talks to it. */
  join(): Promise<Pair>;
  /** How many sockets the server has open. */
  readonly serverSockets: number;
}

/** What no message here is longer than, in bytes. */
const MAX_MESSAGE = 64 * 1024;

/**
 * Opens a server of one kind.
 *
 * @param kind The kind.
 * @param folder Where the Unix kinds have their paths.
 * @returns The server, without clients.
 */
export async function meet(kind: Kind, folder: string): Promise<Meeting> {
  if (isStream(kind)) {
    const path = `${folder}/server.sock`;
    return meetByStream(kind === "tcp" ? listenTcp() : await listenUnix(path));
  }
  if (kind === "udp") return meetByDatagram(() => Promise.resolve(bindUdp()));
  const names = ["server.sock", "a.sock", "b.sock", "c.sock"];
  return meetByDatagram((index) =>
    bindUnixDatagram(`${folder}/${names[index]}`)
  );
}

/** Opens both ends of one conversation. */
export async function openPair(kind: Kind, folder: string): Promise<Pair> {
  const meeting = await meet(kind, folder);
  const { client, server } = await meeting.join();
  return {
    client,
    server,
    [Symbol.dispose]() {
      client.close();
      server.close();
      meeting[Symbol.dispose]();
    },
  };
}

/** Each client has a socket of its own at the server. */
function meetByStream(listener: Deno.Listener): Meeting {
  let accepted = 0;
  const { addr } = listener;
  return {
    address: addr,
    async join() {
      const client = addr.transport === "tcp"
        ? await withoutDelay(connectTcp(addr.port))
        : await connect(`unix:${(addr as Deno.UnixAddr).path}`);
      const server = addr.transport === "tcp"
        ? await withoutDelay((listener as Deno.TcpListener).accept())
        : await listener.accept();
      accepted++;
      return pairOf(streamEnd(client), streamEnd(server));
    },
    get serverSockets() {
      return 1 + accepted;
    },
    [Symbol.dispose]: () => listener.close(),
  };
}

/** One socket hears everybody, and answers to the address on the letter. */
async function meetByDatagram<A extends Deno.Addr>(
  open: (index: number) => Promise<DatagramSocket<A>>,
): Promise<Meeting> {
  const socket = await open(0);
  let clients = 0;
  return {
    address: socket.addr,
    async join() {
      const client = await open(++clients);
      return pairOf(
        datagramEnd(client, socket.addr),
        // The socket is the server's: it stays when one client goes.
        { ...datagramEnd(socket, client.addr), close() {} },
      );
    },
    serverSockets: 1,
    [Symbol.dispose]: () => socket.close(),
  };
}

/**
 * Nothing of TCP's waits for company: it would wait for an acknowledgment, which
 * the other side may delay (RFC 9293, section 3.7.4).
 */
async function withoutDelay(
  opening: Promise<Deno.TcpConn>,
): Promise<Deno.Conn> {
  const conn = await opening;
  conn.setNoDelay();
  return conn;
}

function pairOf(client: End, server: End): Pair {
  return {
    client,
    server,
    [Symbol.dispose]() {
      client.close();
      server.close();
    },
  };
}

function streamEnd(conn: Deno.Conn): End {
  const buffer = new Uint8Array(MAX_MESSAGE);
  return {
    send: (data) => writeAll(conn, data),
    async receive(size) {
      for (let filled = 0; filled < size;) {
        const count = await conn.read(buffer.subarray(filled, size));
        if (count === null) throw new Deno.errors.UnexpectedEof();
        filled += count;
      }
      return buffer.subarray(0, size);
    },
    async receiveOnce() {
      return buffer.slice(0, await conn.read(buffer) ?? 0);
    },
    close: () => conn.close(),
    [Symbol.dispose]: () => conn.close(),
  };
}

function datagramEnd<A extends Deno.Addr>(
  socket: DatagramSocket<A>,
  to: A,
): End {
  async function receiveOnce() {
    return (await socket.receive()).bytes;
  }
  return {
    send: (data) => socket.send(data, to),
    receive: receiveOnce,
    receiveOnce,
    close: () => socket.close(),
    [Symbol.dispose]: () => socket.close(),
  };
}
