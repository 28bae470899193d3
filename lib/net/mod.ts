/**
 * Helpers that nearly every program with sockets needs, built on `Deno.listen`,
 * `Deno.connect`, and `Deno.listenDatagram`.
 *
 * | file                  | what it does                                       |
 * | --------------------- | -------------------------------------------------- |
 * | `endpoint.ts`         | the address of a socket, as a value and as text    |
 * | `listen.ts`           | opens a listener, by default on a free local port  |
 * | `connect.ts`          | opens a connection, with a timeout and a signal    |
 * | `read.ts`             | reads exactly `size` bytes, or everything          |
 * | `write.ts`            | writes all bytes, however few each write takes     |
 * | `lines.ts`            | messages that end in a delimiter                   |
 * | `frames.ts`           | messages with a length prefix                      |
 * | `serve.ts`            | accepts clients and serves all of them at once     |
 * | `turn.ts`              | shares the event loop fairly among clients         |
 * | `close_gracefully.ts` | closes a connection without losing bytes           |
 * | `timed_reader.ts`     | reads with a timeout that loses no bytes           |
 * | `deadline.ts`         | calls a function when a deadline passes            |
 * | `retry.ts`            | tries again, with a delay that doubles             |
 * | `send_queue.ts`       | sends without waiting for a slow reader            |
 * | `listen_unix.ts`      | listens at a path, and removes a stale file        |
 * | `datagram.ts`         | sends and receives whole messages                  |
 * | `udp.ts`              | opens a datagram socket on a UDP port              |
 * | `unix_datagram.ts`    | opens a datagram socket at a path                  |
 * | `unix_path.ts`        | the file of a Unix socket, and when to remove it   |
 * | `close.ts`            | closes a socket that may already be closed         |
 * | `resettable.ts`       | connects a client that can reset its connection    |
 * | `add_context.ts`      | says in an error's message what failed             |
 * | `lossy_link.ts`       | a relay that loses, duplicates, reorders, delays   |
 * | `lossy_fate.ts`       | decides what the link does to each datagram        |
 * | `random.ts`           | random numbers from a seed                         |
 *
 * Functions named `listen…` open a stream listener, `connect…` a stream
 * connection, and `bind…` a datagram socket. `timeoutMs` is always the time to
 * wait, in milliseconds, before throwing Deno.errors.TimedOut.
 *
 * You can read each file on its own, in this order. The reliable stream over
 * datagrams has its own folder, `reliable/`, with its own `mod.ts`.
 *
 * @example Send a request and read the response
 * ```ts
 * import { connectTcp, listenTcp, readToEnd, serve, writeAll } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const listener = listenTcp();
 * const served = serve(listener, async (conn) => {
 *   const question = await readToEnd(conn, { maxBytes: 1024 });
 *   await writeAll(conn, question.toReversed());
 * });
 *
 * using conn = await connectTcp(listener.addr.port, { timeoutMs: 1000 });
 * await writeAll(conn, new Uint8Array([1, 2, 3]));
 * await conn.closeWrite();
 * assertEquals(await readToEnd(conn), new Uint8Array([3, 2, 1]));
 *
 * listener.close();
 * await served;
 * ```
 *
 * @module
 */

export * from "./add_context.ts";
export * from "./close.ts";
export * from "./close_gracefully.ts";
export * from "./connect.ts";
export * from "./datagram.ts";
export * from "./deadline.ts";
export * from "./endpoint.ts";
export * from "./frames.ts";
export * from "./heartbeat.ts";
export * from "./lines.ts";
export * from "./listen.ts";
export * from "./listen_unix.ts";
export * from "./lossy_fate.ts";
export * from "./lossy_link.ts";
export * from "./random.ts";
export * from "./read.ts";
export * from "./resettable.ts";
export * from "./retry.ts";
export * from "./send_queue.ts";
export * from "./serve.ts";
export * from "./timed_reader.ts";
export * from "./turn.ts";
export * from "./udp.ts";
export * from "./unix_datagram.ts";
export * from "./unix_path.ts";
export * from "./write.ts";
