/** All four kinds of sockets with one small interface, to compare them. */
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
import type { Choice } from "./types.ts";

/** A kind of socket, by Deno's name for it. */
export type Kind = Choice;

/** Every kind, in the order in which to show them. */
export const KINDS: Kind[] = ["tcp", "udp", "unix", "unixpacket"];

/** The name of each kind for readers. */
export const NAMES: Record<Kind, string> = {
  tcp: "TCP",
  udp: "UDP",
  unix: "Unix stream",
  unixpacket: "Unix datagram",
};

/** Whether it carries a stream of bytes, which doesn't preserve messages. */
export function isStream(kind: Kind): boolean {
  return kind === "tcp" || kind === "unix";
}

/** One end of a conversation. */
export interface End {
  /** Sends all of the data. */
  send(data: Uint8Array): Promise<void>;
  /**
   * Receives this many bytes of a stream, or one whole message. They stay valid
   * until the next call.
   */
  receive(size: number): Promise<Uint8Array>;
  /** Receives whatever one call returns. */
  receiveOnce(): Promise<Uint8Array>;
  close(): void;
}

/** Both ends of a conversation. */
export interface Pair extends Disposable {
  client: End;
  server: End;
}

/** A server, and a way to reach it. */
export interface Server extends Disposable {
  /** The server's address. */
  address: Deno.Addr;
  /** Opens a client, and the server's end of the conversation with it. */
  addClient(): Promise<Pair>;
  /** How many sockets the server has open. */
  readonly sockets: number;
}

/** The longest message in this lesson, in bytes. */
const MAX_MESSAGE = 64 * 1024;

/**
 * Opens a server of one kind.
 *
 * @param kind The kind of socket.
 * @param folder The folder for the paths of the Unix kinds.
 * @returns The server, without clients.
 */
export async function openServer(kind: Kind, folder: string): Promise<Server> {
  const paths = ["server.sock", "a.sock", "b.sock", "c.sock"].map((name) =>
    `${folder}/${name}`
  );
  switch (kind) {
    case "tcp":
      return streamServer(listenTcp());
    case "unix":
      return streamServer(await listenUnix(paths[0]));
    case "udp":
      return datagramServer(() => Promise.resolve(bindUdp()));
    case "unixpacket":
      return datagramServer((index) => bindUnixDatagram(paths[index]));
  }
}

/** Opens both ends of one conversation. */
export async function openPair(kind: Kind, folder: string): Promise<Pair> {
  const server = await openServer(kind, folder);
  const pair = await server.addClient();
  return {
    ...pair,
    [Symbol.dispose]() {
      pair[Symbol.dispose]();
      server[Symbol.dispose]();
    },
  };
}

/** The server has a socket for each client. */
function streamServer(listener: Deno.Listener): Server {
  let accepted = 0;
  const { addr } = listener;
  return {
    address: addr,
    async addClient() {
      const client = addr.transport === "tcp"
        ? await connectTcp(addr.port)
        : await connect(`unix:${(addr as Deno.UnixAddr).path}`);
      const server = await listener.accept();
      for (const conn of [client, server]) {
        // TCP would wait for an acknowledgment before it sends the rest of a
        // message, and the peer may delay that (RFC 9293, section 3.7.4).
        if ("setNoDelay" in conn) (conn as Deno.TcpConn).setNoDelay();
      }
      accepted++;
      return pairOf(streamEnd(client), streamEnd(server));
    },
    get sockets() {
      return 1 + accepted;
    },
    [Symbol.dispose]: () => listener.close(),
  };
}

/** The server has one socket, and answers to the sender's address. */
async function datagramServer<A extends Deno.Addr>(
  open: (index: number) => Promise<DatagramSocket<A>>,
): Promise<Server> {
  const socket = await open(0);
  let clients = 0;
  return {
    address: socket.addr,
    async addClient() {
      const client = await open(++clients);
      return pairOf(
        datagramEnd(client, socket.addr),
        // The socket is the server's: it stays open when one client closes.
        { ...datagramEnd(socket, client.addr), close() {} },
      );
    },
    sockets: 1,
    [Symbol.dispose]: () => socket.close(),
  };
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
  // One buffer for all calls, because the lesson compares the work of the
  // sockets, not that of making new buffers.
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
  };
}
