/**
 * The lessons, in order.
 *
 * This is the only list of them: the command line, the tests and the README's
 * table follow it. Nothing here loads a lesson.
 *
 * @module
 */
import type { Lesson } from "../lib/workbook/checker/catalog.ts";

/** Every lesson of the workbook, in the order in which to read them. */
export const lessons: Lesson[] = [
  {
    number: 1,
    name: "endpoint",
    title: "Endpoint",
    claim:
      "A socket is your program's end of a conversation. Its address has " +
      "three parts: a protocol, an IP address, and a port.",
    part: "A socket",
    socketFiles: ["box.sock"],
  },
  {
    number: 2,
    name: "first_connection",
    title: "First connection",
    claim: "A server listens and accepts, and a client connects. Each " +
      "connection gets its own pair of sockets, one at each end.",
    part: "A socket",
  },
  {
    number: 3,
    name: "echo",
    title: "Echo",
    claim: "A connection carries bytes in both directions, and read() and " +
      "write() return how many they moved.",
    part: "TCP, a stream of bytes",
  },
  {
    number: 4,
    name: "byte_stream",
    title: "Byte stream",
    claim: "TCP delivers bytes in order, but it doesn't keep messages apart: " +
      "one read can return two writes, and one write can take many reads.",
    part: "TCP, a stream of bytes",
  },
  {
    number: 5,
    name: "framing",
    title: "Framing",
    claim:
      "TCP has no messages, so your program makes them: with a delimiter " +
      "after each message, or with its length first. Either way, you need a " +
      "size limit.",
    part: "TCP, a stream of bytes",
  },
  {
    number: 6,
    name: "many_clients",
    title: "Many clients",
    claim:
      "A server can talk to many clients at once, as long as it doesn't wait " +
      "for one to finish before it accepts the next. Clients it hasn't accepted " +
      "yet wait in a queue called the backlog.",
    part: "TCP, a stream of bytes",
  },
  {
    number: 7,
    name: "closing",
    title: "Closing",
    claim:
      "A connection has two directions, and you end each one separately. " +
      "How you close it decides whether your last bytes arrive.",
    part: "TCP, a stream of bytes",
    programs: ["ss"],
  },
  {
    number: 8,
    name: "failures",
    title: "Failures",
    claim:
      "An error's class tells you what happened: nothing was listening, no " +
      "answer came, the connection broke, or your program made a mistake. That " +
      "tells you what to do.",
    part: "TCP, a stream of bytes",
    // The first file is never made, and the second one's path is too long.
    socketFiles: ["missing.sock", `${"long_".repeat(24)}.sock`],
  },
  {
    number: 9,
    name: "chat",
    title: "Chat",
    claim:
      "In a chat room, one slow reader can hold up everyone else. So give " +
      "each member its own send queue, and limit how much that queue can hold.",
    part: "TCP, a stream of bytes",
  },
  {
    number: 10,
    name: "packets",
    title: "Packets",
    claim: "Data travels in numbered packets. Each one may take a different " +
      "route, and the receiver reassembles them.",
    part: "Under the stream",
  },
  {
    number: 11,
    name: "tcp_segment",
    title: "The TCP segment",
    claim:
      "A segment's header of 20 to 60 bytes says which ports its data is for, " +
      "where in the stream it belongs, and what the sender has received so far.",
    part: "Under the stream",
    programs: ["tcpdump"],
  },
  {
    number: 12,
    name: "handshake",
    title: "The handshake",
    claim: "Opening a connection takes three segments; after that, each side " +
      "knows the other can hear it. Closing takes three or four.",
    part: "Under the stream",
    programs: ["tcpdump"],
  },
  {
    number: 13,
    name: "datagrams",
    title: "Datagrams",
    claim:
      "A datagram is like a letter, not a phone call: it carries a whole " +
      "message and an address, and you never learn whether it arrived.",
    part: "UDP, single messages",
  },
  {
    number: 14,
    name: "many_peers",
    title: "Many peers",
    claim: "One UDP socket can talk to everyone: each datagram carries its " +
      "sender's address, and silence is the only sign that a peer has left.",
    part: "UDP, single messages",
  },
  {
    number: 15,
    name: "lossy_link",
    title: "Lossy link",
    claim:
      "If a message may get lost, you may have to send it again, and then the " +
      "receiver must not act on it twice. A number in each message solves both " +
      "problems.",
    part: "UDP, single messages",
  },
  {
    number: 16,
    name: "reliable_stream",
    title: "Reliable stream",
    claim:
      "Sequence numbers, acknowledgments, timeouts, and windows turn datagrams " +
      "that may get lost into a stream that loses nothing.",
    part: "UDP, single messages",
  },
  {
    number: 17,
    name: "flow_and_congestion",
    title: "Flow and congestion control",
    claim:
      "Two limits, called windows, decide how much data may be on its way at " +
      "any moment. The receiver advertises one, and the sender has to " +
      "discover the other.",
    part: "UDP, single messages",
    programs: ["ss", "tcpdump"],
  },
  {
    number: 18,
    name: "unix_streams",
    title: "Unix streams",
    claim: "You use a Unix socket like a TCP socket, but its address is a " +
      "path, and only programs on the same machine can reach it.",
    part: "Unix domain",
    socketFiles: [
      ...["door.sock", "tür.sock"],
      // Those of the exercise: one behind its link, one in a folder that doesn't
      // exist, and one whose path is too long.
      ...["stale.sock", "no/door.sock", "too-long-".repeat(13)],
    ],
    links: { "link.sock": "stale.sock" },
    programs: ["ss"],
  },
  {
    number: 19,
    name: "choosing",
    title: "Choosing a socket",
    claim:
      "Three questions decide which socket you need: what may get lost, what " +
      "may wait, and which machines have to reach it.",
    part: "Unix domain",
    socketFiles: [
      ...["server.sock", "a.sock", "b.sock", "c.sock"],
      // Those of the exercise.
      ...["ask.sock", "ask.sock.me", "ask.sock.too", "not_ask.sock"],
    ],
  },
  {
    number: 20,
    name: "http_by_hand",
    title: "HTTP by hand",
    claim: "HTTP/1.1 is lines of text and counted bytes on a TCP socket, and " +
      "every request has to say where it ends.",
    part: "Real protocols, real programs",
  },
  {
    number: 21,
    name: "dns_by_hand",
    title: "DNS by hand",
    claim: "A DNS lookup is one question and one answer, usually in one UDP " +
      "datagram each.",
    part: "Real protocols, real programs",
  },
  {
    number: 22,
    name: "redis_by_hand",
    title: "Redis by hand",
    claim:
      "Redis's protocol is simple enough to implement in an afternoon, and its " +
      "strings can contain any bytes.",
    part: "Real protocols, real programs",
  },
  {
    number: 23,
    name: "websocket_by_hand",
    title: "WebSocket by hand",
    claim:
      "An HTTP request can turn its TCP connection into a two-way message " +
      "channel: that's a WebSocket.",
    part: "Real protocols, real programs",
  },
  {
    number: 24,
    name: "tls",
    title: "TLS",
    claim: "TLS puts a private, authenticated channel inside a TCP " +
      "connection, and the protocol that you speak over it stays the same.",
    part: "Real protocols, real programs",
  },
];
