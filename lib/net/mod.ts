/**
 * Socket helpers on `Deno.listen`, `Deno.connect` and `Deno.listenDatagram`:
 * what nearly every program with sockets needs.
 *
 * | file                | what it does                                         |
 * | ------------------- | ---------------------------------------------------- |
 * | `endpoint.ts`       | where a socket can be reached, as value and text     |
 * | `listen.ts`         | opens a listener, by default on a free loopback port |
 * | `connect.ts`        | opens a connection, with a deadline and a signal     |
 * | `read.ts`           | reads exactly so many bytes, or all up to the end    |
 * | `write.ts`          | writes all bytes, however few each write takes       |
 * | `lines.ts`          | messages that end with a delimiter                   |
 * | `frames.ts`         | messages with their length in front                  |
 * | `serve.ts`          | accepts clients and talks to all of them at once     |
 * | `close_gracefully.ts`        | ends a connection so that the peer hears all of it   |
 * | `timed_reader.ts` | reads with a deadline that loses no bytes            |
 * | `retry.ts`          | tries again, later and later                         |
 * | `sendQueue.ts`         | sends without waiting for a slow reader              |
 * | `listen_unix.ts`    | listens at a path, and removes a stale one           |
 * | `unix_datagram.ts`  | sends and receives whole messages at a path          |
 * | `unix_path.ts`      | whose a socket's file is, and when it goes           |
 * | `close.ts`          | closes what may already be closed                    |
 * | `restate.ts`        | makes a system error say what was being done         |
 * | `datagram.ts`       | sends and receives single messages                   |
 * | `lossy_link.ts`     | a relay that loses, repeats, reorders and delays     |
 * | `lossy_fate.ts`     | what such a link does to each datagram               |
 * | `random.ts`         | random numbers from a seed                           |
 *
 * Each file can be read on its own, in this order. A reliable stream over
 * datagrams has a folder and a `mod.ts` of its own: `reliable/`.
 *
 * @example Ask and hear
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

export * from "./close.ts";
export * from "./connect.ts";
export * from "./datagram.ts";
export * from "./endpoint.ts";
export * from "./frames.ts";
export * from "./close_gracefully.ts";
export * from "./lines.ts";
export * from "./listen.ts";
export * from "./listen_unix.ts";
export * from "./lossy_fate.ts";
export * from "./lossy_link.ts";
export * from "./send_queue.ts";
export * from "./timed_reader.ts";
export * from "./random.ts";
export * from "./read.ts";
export * from "./restate.ts";
export * from "./retry.ts";
export * from "./serve.ts";
export * from "./unix_datagram.ts";
export * from "./unix_path.ts";
export * from "./write.ts";
