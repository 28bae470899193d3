import type { Symptom } from "../../lib/workbook/symptoms/symptom.ts";

/** UDP and Unix datagrams: errors, and messages that don't arrive. */
export const datagrams: Symptom[] = [
  {
    id: "message-too-large",
    title: "Message too long",
    deno: "`Error` with the code EMSGSIZE",
    codes: ["EMSGSIZE"],
    numbers: { linux: 90, macos: 40, windows: 10040 },
    wording: {
      deno: ["Message too long"],
      node: ["send EMSGSIZE"],
      browser: [
        "message sent on a datagram socket was larger than the internal message buffer",
      ],
    },
    asked: [
      "UDP message too long",
      "maximum size of a UDP packet",
      "sending a large UDP datagram fails",
    ],
    means: "a UDP datagram carries at most 65,507 bytes over IPv4",
    todo: "split it yourself, or use TCP",
    causes: [
      {
        because: "The message is larger than a datagram can be (macOS: 9,216 " +
          "bytes unless you raise net.inet.udp.maxdgram).",
        tell: "print its length in bytes",
        fix: "Split and number the parts, or use a stream.",
      },
      {
        because: "You asked for no fragmentation, and it's over the MTU.",
        tell: "ping -M do -s 1472 HOST",
        fix: "Keep datagrams at 1,200 bytes or less.",
      },
    ],
    lesson: "13_datagrams",
    heading: "How long a message can be",
  },
  {
    id: "no-buffer-space",
    title: "No buffer space available",
    deno: "`Error` with the code ENOBUFS",
    codes: ["ENOBUFS", "ENOMEM", "WSAENOBUFS"],
    numbers: { linux: 105, macos: 55, windows: 10055 },
    wording: {
      node: ["No buffer space available", "send ENOBUFS"],
      browser: [
        "system lacked sufficient buffer space or because a queue was full",
      ],
    },
    asked: [
      "no buffer space available",
      "sending many UDP packets fails on macOS",
      "system lacked sufficient buffer space",
    ],
    means: "the system has no room for what you want to send",
    todo: "send more slowly; wait a moment and retry",
    causes: [
      {
        because: "macOS: you send faster than the interface or the receiver " +
          "takes it.",
        tell: "it goes away with a pause between sends",
        fix: "Await each send, and limit your rate.",
      },
      {
        because: "Windows: ephemeral ports or kernel memory are used up.",
        tell: "netstat -an shows thousands of lines",
        fix: "Reuse connections.",
      },
    ],
    lesson: "19_choosing",
    heading: "When the queue is full",
    unproven: "Linux makes the sender wait, or drops the datagram, instead.",
  },
  {
    id: "address-family",
    title: "Address family not supported",
    deno: "`Error` with the code EAFNOSUPPORT",
    codes: ["EAFNOSUPPORT", "EPFNOSUPPORT", "EPROTONOSUPPORT"],
    numbers: { linux: 97, macos: 47, windows: 10047 },
    wording: {
      deno: ["Address family not supported by protocol"],
      browser: ["address incompatible with the requested protocol"],
    },
    asked: [
      "address family not supported by protocol",
      "send from an IPv4 socket to an IPv6 address",
    ],
    means: "an IPv4 socket can't send to an IPv6 address, or the reverse",
    todo: "bind the socket to an address of the same family",
    causes: [
      {
        because: "The socket is bound to 127.0.0.1 or 0.0.0.0, and the " +
          "destination is an IPv6 address (often `localhost`).",
        tell: "print socket.addr and the destination",
        fix: "Bind to :: for IPv6, or send to the IPv4 address.",
      },
      {
        because: "The kernel or container has no IPv6.",
        tell: "cat /proc/net/if_inet6 is empty",
        fix: "Use IPv4.",
      },
    ],
    lesson: "01_endpoint",
    heading: "One machine, many addresses",
  },
  {
    id: "wrong-type",
    title: "Protocol wrong type for socket",
    deno: "`Error`: Protocol wrong type for socket",
    codes: ["EPROTOTYPE", "ESOCKTNOSUPPORT"],
    numbers: { linux: 91, macos: 41, windows: 10041 },
    wording: { deno: ["Protocol wrong type for socket"] },
    asked: [
      "protocol wrong type for socket",
      "connect a stream socket to a unix datagram socket",
    ],
    means: "a stream socket can't talk to a datagram socket",
    todo: "use the same type on both sides",
    causes: [
      {
        because: "One side uses transport unix (SOCK_STREAM), the other " +
          "unixpacket (SOCK_DGRAM).",
        tell: "ss -xl: u_str or u_dgr beside the path",
        fix: "Use the same transport on both sides.",
      },
    ],
    lesson: "19_choosing",
    heading: "A path for each socket",
  },
  {
    id: "destination-required",
    title: "Destination address required",
    deno: "not possible: `send()` takes the address",
    codes: ["EDESTADDRREQ"],
    numbers: { linux: 89, macos: 39, windows: 10039 },
    wording: {
      node: ["Destination address required"],
      browser: ["a required address was omitted from an operation"],
    },
    asked: ["destination address required", "UDP send without an address"],
    means: "a datagram needs an address, and the socket isn't connected",
    todo: "use sendto() with an address",
    causes: [
      {
        because: "You called send() or write() on a UDP socket that was only " +
          "bound.",
        fix: "Call sendto(), or connect() the UDP socket first.",
      },
    ],
    lesson: "13_datagrams",
    heading: "A letter, not a phone call",
    unproven: "Deno's send() always takes an address.",
  },
  {
    id: "udp-lost",
    title: "UDP messages are missing",
    shows: "sent 3000 datagrams, fewer arrived, and no send() failed",
    asked: [
      "UDP packets are lost",
      "not all UDP packets are received",
      "UDP packets dropped under load on the same machine",
      "UDP loses packets when sending fast",
      "receive buffer overflow SO_RCVBUF",
    ],
    means: "UDP doesn't say when a datagram is lost",
    todo: "number, acknowledge, and send again; or use TCP",
    causes: [
      {
        because:
          "You send faster than the receiver reads: its receive buffer " +
          "is full, and the kernel drops the rest, on loopback too.",
        tell: "ss -lunm: the number after d in skmem grows",
        fix: "Limit the rate, read in a tight loop, raise SO_RCVBUF.",
      },
      {
        because: "The network dropped them.",
        tell: "tcpdump on both sides",
        fix: "Ask again, with numbers (lesson 15).",
      },
    ],
    lesson: "13_datagrams",
    heading: "Lost without an error",
  },
  {
    id: "udp-no-answer",
    title: "UDP: no answer, and no error",
    shows: "send() took 4 bytes for a port where nothing listens",
    asked: [
      "UDP server receives nothing",
      "UDP client never gets an answer from the server",
      "recvfrom blocks forever",
      "UDP packet visible in wireshark but not received by my program",
      "UDP send succeeds although nobody listens on the port",
    ],
    means: "a send that succeeds doesn't mean that anything arrived",
    todo: "set a limit on waiting, and ask again",
    causes: [
      {
        because: "Nothing listens on that address and port, or a firewall " +
          "drops it: Wireshark sees it before the firewall does.",
        tell: "ss -lun; nc -u -l 9000 in its place",
        fix: "Start the receiver; bind to 0.0.0.0; open the port.",
      },
      {
        because: "The receiver answers to the wrong address: it must send to " +
          "the address that came with the question.",
        tell: "tcpdump -ni any udp",
        fix: "Answer to the address that receive() gave.",
      },
      {
        because: "The datagram or its answer was lost.",
        fix: "Wait with a limit, and send it again (lesson 15).",
      },
    ],
    lesson: "13_datagrams",
    heading: "Lost without an error",
  },
  {
    id: "udp-truncated",
    title: "UDP messages are cut off",
    shows: "sent 10 bytes, receive() gave 4, and the rest was gone",
    asked: [
      "UDP message is truncated",
      "recvfrom returns only the first part of the datagram, rest is lost",
      "MSG_TRUNC buffer too small for the UDP packet",
    ],
    means: "the receiver's buffer was shorter than the datagram",
    todo: "receive with a buffer of 65,535 bytes",
    causes: [
      {
        because: "What doesn't fit into the buffer is discarded. A second " +
          "receive() gives the next datagram, not the rest. (Windows: " +
          "WSAEMSGSIZE.)",
        tell: "the length you get is exactly your buffer's size",
        fix: "Use a larger buffer: listenDatagram's receive(new " +
          "Uint8Array(65535)).",
      },
    ],
    lesson: "13_datagrams",
    heading: "A short buffer truncates the message",
  },
  {
    id: "udp-stranger",
    title: "A UDP answer from a stranger",
    shows: "the answer came from another port than the question went to",
    asked: [
      "UDP client receives a packet from an unknown sender",
      "reply comes from a different port or address",
      "receive an old answer to an earlier question",
      "accept UDP packets from one source only",
    ],
    means: "any program can send to your port",
    todo: "compare the sender's address, host and port, and a number",
    causes: [
      {
        because: "Another program sent to your port, by mistake or on purpose.",
        tell: "print the address that receive() gives",
        fix: "Ignore all but the server's, or connect() the UDP socket.",
      },
      {
        because: "A late answer to an earlier question.",
        tell: "it comes right after a timeout",
        fix: "Put a number in each question, and expect it back.",
      },
    ],
    lesson: "13_datagrams",
    heading: "Anyone can send to your port",
  },
  {
    id: "udp-order",
    title: "UDP messages arrive twice or out of order",
    shows: "sent 0 to 99; some arrived twice, and some late",
    asked: [
      "UDP packets arrive out of order",
      "duplicate UDP packets are received",
      "UDP packet received twice",
    ],
    means: "each datagram travels by itself, and may be repeated",
    todo: "number them, and remember what you've seen",
    causes: [
      {
        because: "Routers took different routes, or something sent a copy; " +
          "your own retry also makes a second one.",
        tell: "send a counter in each datagram, and log it",
        fix: "Reorder and drop duplicates by number, or use TCP.",
      },
    ],
    lesson: "15_lossy_link",
    heading: "Answer once",
  },
];
