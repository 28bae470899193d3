/**
 * A reliable byte stream over datagrams: TCP's promises, made by hand.
 *
 * ```text
 *  ReliableConn, ReliableListener            read, write, accept, close
 *  +---------------------------------------------------------------------+
 *  | Protocol                                states, resets, time-outs   |
 *  | +-----------------------------------+  +--------------------------+ |
 *  | | Outbound                          |  | Inbound                  | |
 *  | | SendWindow       what may go      |  | Receiver   puts in order | |
 *  | | CongestionWindow what the link    |  | ByteQueue  keeps unread  | |
 *  | |                  may hold         |  +--------------------------+ |
 *  | | RetransmitTimer  when to go again |                               |
 *  | | ByteQueue        keeps unacked    |                               |
 *  | +-----------------------------------+                               |
 *  +---------------------------------------------------------------------+
 *  Port                                      one UDP socket
 * ```
 *
 * | file                   | what it does                                    |
 * | ---------------------- | ----------------------------------------------- |
 * | `segment.ts`           | the header: 16 bytes and a checksum             |
 * | `byte_queue.ts`        | bytes that wait in line                         |
 * | `receiver.ts`          | puts segments in order                          |
 * | `retransmit_timer.ts`  | how long to wait (RFC 6298)                     |
 * | `congestion_window.ts` | how much the link holds (RFC 5681)              |
 * | `send_window.ts`       | what is under way, and what may go              |
 * | `inbound.ts`           | the incoming half                               |
 * | `outbound.ts`          | the outgoing half                               |
 * | `keep_alive.ts`        | whether a silent end is still there             |
 * | `protocol.ts`          | the rules, without socket and clock             |
 * | `port.ts`              | one UDP socket for many streams                 |
 * | `conn.ts`              | a stream with the shape of `Deno.Conn`          |
 * | `connect.ts`           | opens one                                       |
 * | `listener.ts`          | waits for some, as `Deno.Listener`              |
 * | `options.ts`           | sizes and times                                 |
 * | `trace.ts`             | what can be seen of it                          |
 *
 * What TCP has and this has not: options in the header, urgent data, selective
 * acknowledgments, two clients that call each other at once, and the wait of small
 * segments for one another (RFC 896).
 *
 * @module
 */

export * from "./byte_queue.ts";
export * from "./congestion_window.ts";
export * from "./conn.ts";
export * from "./connect.ts";
export * from "./inbound.ts";
export * from "./keep_alive.ts";
export * from "./listener.ts";
export * from "./options.ts";
export * from "./outbound.ts";
export * from "./port.ts";
export * from "./protocol.ts";
export * from "./receiver.ts";
export * from "./retransmit_timer.ts";
export * from "./segment.ts";
export * from "./send_window.ts";
export * from "./trace.ts";
