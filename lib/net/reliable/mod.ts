/**
 * A reliable connection over datagrams, with TCP's guarantees.
 *
 * ```text
 *  ReliableConn, ReliableListener            read, write, accept, close
 *  +---------------------------------------------------------------------+
 *  | Protocol                                states, resets, timeouts    |
 *  | +-----------------------------------+  +--------------------------+ |
 *  | | SendSide                          |  | ReceiveSide              | |
 *  | | SendWindow       what may be sent |  | Receiver   puts in order | |
 *  | | CongestionWindow what the network |  | ByteQueue  keeps unread  | |
 *  | |                  may hold         |  +--------------------------+ |
 *  | | RetransmitTimer  when to resend   |                               |
 *  | | ByteQueue        keeps unacked    |                               |
 *  | +-----------------------------------+                               |
 *  +---------------------------------------------------------------------+
 *  SharedUdpSocket                           one UDP socket
 * ```
 *
 * | file                   | what it does                                    |
 * | ---------------------- | ----------------------------------------------- |
 * | `segment.ts`           | the header: 16 bytes, with a checksum           |
 * | `byte_queue.ts`        | a queue of bytes, to send or to read            |
 * | `receiver.ts`          | puts segments in order                          |
 * | `retransmit_timer.ts`  | computes the RTO (RFC 6298)                     |
 * | `congestion_window.ts` | slow start, congestion avoidance (RFC 5681)     |
 * | `send_window.ts`       | the segments in flight, and the room for more   |
 * | `receive_side.ts`      | the receive side: acknowledgments and window    |
 * | `send_side.ts`         | the send side: sending and retransmission       |
 * | `keep_alive.ts`        | finds out whether a silent peer is still alive  |
 * | `protocol.ts`          | the rules, without a socket or a clock          |
 * | `shared_udp_socket.ts` | one UDP socket for many connections             |
 * | `conn.ts`              | a connection with the interface of `Deno.Conn`  |
 * | `connect.ts`           | opens a connection                              |
 * | `listener.ts`          | accepts connections, as a `Deno.Listener`       |
 * | `options.ts`           | sizes and times                                 |
 * | `trace.ts`             | events and state                                |
 *
 * These parts of TCP are missing: header options, urgent data, selective
 * acknowledgments, simultaneous open, and Nagle's algorithm (RFC 896).
 *
 * @module
 */

export * from "./byte_queue.ts";
export * from "./congestion_window.ts";
export * from "./conn.ts";
export * from "./connect.ts";
export * from "./keep_alive.ts";
export * from "./listener.ts";
export * from "./options.ts";
export * from "./protocol.ts";
export * from "./receive_side.ts";
export * from "./receiver.ts";
export * from "./retransmit_timer.ts";
export * from "./segment.ts";
export * from "./send_side.ts";
export * from "./send_window.ts";
export * from "./shared_udp_socket.ts";
export * from "./trace.ts";
