import type { Symptom } from "../../lib/workbook/symptoms/symptom.ts";

/** No error, but it's slow, or memory grows. */
export const slow: Symptom[] = [
  {
    id: "forty-ms",
    title: "Every answer takes 40 or 200 ms longer",
    shows: "two small writes with Nagle's algorithm: the second waited",
    asked: [
      "40 ms delay on each request",
      "200 ms delay TCP",
      "small messages are slow, latency of 40ms on localhost",
      "TCP_NODELAY, Nagle's algorithm and delayed ACK",
      "why are small packets sent late",
    ],
    means: "Nagle's algorithm and delayed ACKs wait for each other",
    todo: "write each message at once, or setNoDelay(true)",
    causes: [
      {
        because: "You write a message in two small pieces: the second waits " +
          "for the first one's ACK, which the peer delays by 40 ms (Linux) " +
          "or 200 ms (Windows).",
        tell: "tcpdump shows the pause between the two segments",
        fix: "Join the pieces into one write().",
      },
      {
        because: "Nagle's algorithm is on unless you switch it off, in Deno " +
          "and node:net, too.",
        tell: "the delay is gone with setNoDelay(true)",
        fix: "conn.setNoDelay(true).",
      },
    ],
    lesson: "04_byte_stream",
    heading: "Two writes, and an answer after 40 ms",
  },
  {
    id: "slow-client",
    title: "One slow client slows everyone down",
    shows: "one client didn't read, and the broadcast stopped for all",
    asked: [
      "one slow client blocks the broadcast",
      "a slow subscriber affects other subscribers",
      "chat server freezes when a client stops reading",
      "send blocks because one receiver is slow",
    ],
    means: "you wait for each client's write before the next client's",
    todo: "give each client a queue with a limit",
    causes: [
      {
        because: "A client doesn't read, its window is full, and your " +
          "`await write` waits.",
        tell: "ss -tn: one connection's Send-Q is large",
        fix: "A queue per client: SendQueue of lib/net; drop the client at " +
          "the limit.",
      },
    ],
    lesson: "09_chat",
    heading: "One slow reader holds up everyone",
  },
  {
    id: "memory-grows",
    title: "Memory grows",
    shows: "what a client never reads piles up in the queue",
    asked: [
      "memory grows, server runs out of memory",
      "memory leak when writing to a slow socket, backpressure",
      "socket.write without waiting for drain",
      "heap out of memory while receiving a huge message",
    ],
    means: "bytes arrive or are queued faster than they're used",
    todo: "await each write, and limit every buffer",
    causes: [
      {
        because: "You write without awaiting (Node: without 'drain').",
        tell: "memory grows while one client is slow",
        fix: "Await write(); that is backpressure.",
      },
      {
        because: "A peer sends a line without end, or announces a huge length.",
        tell: "log the size of your input buffer",
        fix: "Reject messages over a limit before you store them.",
      },
      {
        because: "Connections are never closed or forgotten.",
        tell: "ss -tn | wc -l grows",
        fix: "Close them, and remove them from your maps.",
      },
    ],
    lesson: "09_chat",
    heading: "A queue per member, with a limit",
  },
  {
    id: "throughput",
    title: "A transfer is slow over a long distance",
    asked: [
      "TCP throughput is low on a fast link",
      "upload is slow with high latency, window size",
      "bandwidth delay product",
      "transfer speed starts slow and then gets faster",
    ],
    means: "TCP sends at most one window per round trip",
    todo: "raise the windows; use one long connection",
    causes: [
      {
        because: "The window is smaller than bandwidth times round-trip time.",
        tell: "ss -tin: cwnd, rtt, and rcv_space",
        fix: "Leave buffer sizes to the system; it tunes them.",
      },
      {
        because: "Packets are lost, and congestion control slows down.",
        tell: "ss -tin: retrans grows",
        fix: "Find the lossy link.",
      },
      {
        because: "Each request opens a connection: slow start, every time.",
        fix: "Keep connections open.",
      },
    ],
    lesson: "17_flow_and_congestion",
    heading: "The network's window",
    unproven: "Loopback has no distance: its round trip takes microseconds.",
  },
];
