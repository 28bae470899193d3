import type { Symptom } from "../../lib/workbook/symptoms/symptom.ts";

/** No error, but something waits, or an end never comes. */
export const waiting: Symptom[] = [
  {
    id: "both-read",
    title: "Client and server both wait for the other",
    shows: "both sides read, and neither read ended",
    asked: [
      "client and server both hang",
      "recv blocks forever, program hangs on read",
      "deadlock: both sides wait for data",
      "echo client hangs",
      "readLine blocks, server never receives the line",
      "server waits for a newline, missing \\n",
      "the server only gets the message when the client exits",
    ],
    means: "each side waits for the other to write",
    todo: "decide who speaks first, and where each message ends",
    causes: [
      {
        because: "The question isn't complete for the reader: no line feed, " +
          "or it reads to the end of a stream that stays open.",
        tell: "end the client: does the server go on?",
        fix: "Send the delimiter the reader waits for, or closeWrite().",
      },
      {
        because: "Both read first: each expects the other to speak.",
        tell: "deno task lesson 3 --xray; strace shows both in read",
        fix: "Write down the protocol: who speaks first.",
      },
      {
        because: "A buffered writer holds the message back.",
        fix: "Flush it.",
      },
    ],
    lesson: "05_framing",
    heading: "Lines: a delimiter after each message",
  },
  {
    id: "both-write",
    title: "Both sides write, and nothing moves",
    shows: "both sides write, and neither write ended",
    asked: [
      "send blocks, write hangs",
      "program hangs when sending a large amount of data",
      "works for small messages but freezes with large messages",
      "deadlock: both sides send and nobody reads, buffers full",
    ],
    means: "both send buffers are full, and neither side reads",
    todo: "read and write at the same time",
    causes: [
      {
        because: "You write everything before you read, and so does the " +
          "peer: an echo of a large file does that.",
        tell: "ss -tn: Send-Q and Recv-Q stay large on both sides",
        fix: "Promise.all([writeAll(…), readToEnd(…)]).",
      },
    ],
    lesson: "03_echo",
    heading: "Both directions at once",
  },
  {
    id: "no-end",
    title: "A read to the end never returns",
    shows: "all 5 bytes came, and the next read() did not end",
    asked: [
      "read loop never ends, while recv never returns 0",
      "never sees the end of the stream",
      "server waits for end of file but the client keeps the connection open",
      "readAll or recv loop hangs after the last byte",
      "socket inputstream read never returns -1",
      "how do I know when all data has been received",
    ],
    means: "the end comes only when the peer ends its side",
    todo: "let the sender call closeWrite(), or send a length",
    causes: [
      {
        because: "The sender keeps the connection open, and waits for your " +
          "answer.",
        tell: "end the sender: the read ends",
        fix: "closeWrite() after the last byte, or a length in front.",
      },
      {
        because: "A second copy of the socket is open: in a child process.",
        tell: "ss -tnp lists two processes",
        fix: "Close the copy.",
      },
    ],
    lesson: "07_closing",
    heading: "Each direction has its own end",
  },
  {
    id: "reply-lost",
    title: "The reply is lost when the sender closes",
    shows: "the server wrote its reply and closed; the client got a reset",
    asked: [
      "last message is lost when the socket closes",
      "data lost on close, close discards data",
      "client doesn't get the response because the server closes too early",
      "send then close immediately loses the data",
      "server answers early with an error and closes while the client is still sending",
    ],
    means: "close() with unread input sends an RST, which destroys the reply",
    todo: "end your side, read to the end, and then close",
    causes: [
      {
        because: "The server closed with bytes of the client unread.",
        tell: "deno task lesson 7 --packets: RST instead of FIN",
        fix: "closeWrite(), read until null, close(): closeGracefully().",
      },
      {
        because: "The program ended before its write did: a forgotten await.",
        fix: "Await every write.",
      },
    ],
    lesson: "07_closing",
    heading: "A lost reply",
  },
  {
    id: "one-client-only",
    title: "Only one client is served at a time",
    shows: "a silent client held up the second one",
    asked: [
      "server handles only one client at a time",
      "second client can't connect until the first one disconnects",
      "how to handle multiple clients",
      "one client blocks all the others",
      "server is unreachable for others while one connection is open",
      "works once but not again, accept only runs once",
      "server stops responding after the first client",
    ],
    means: "your server waits for one client before it accepts the next",
    todo: "accept in a loop, and don't await the handler",
    causes: [
      {
        because: "The accept loop awaits the conversation.",
        tell: "connect twice with nc; the second gets nothing",
        fix: "Start the handler, and accept again: serve() of lib/net.",
      },
      {
        because: "accept() is called once: there's no loop.",
        tell: "the second client connects (backlog), and hears nothing",
        fix: "for await (const conn of listener) …",
      },
    ],
    lesson: "06_many_clients",
    heading: "One silent client",
  },
  {
    id: "one-failure-ends-all",
    title: "One client's failure ends the server",
    shows: "one client's reset became an uncaught error",
    asked: [
      "server crashes when a client disconnects",
      "server crashes when a client resets the connection",
      "uncaught exception kills the process when a client disconnects",
      "unhandled 'error' event on socket",
      "server stops when the client closes the window",
    ],
    means: "nothing caught an error from one connection",
    todo: "catch errors for each connection, and go on",
    causes: [
      {
        because:
          "The handler's promise has no catch; in Node, the socket has " +
          "no 'error' listener.",
        tell: "the stack trace names the handler, or says Unhandled",
        fix: "try/catch in each handler; socket.on('error', …) in Node.",
      },
    ],
    lesson: "06_many_clients",
    heading: "A promise that nothing awaits",
  },
  {
    id: "dead-connection",
    title: "A dead connection looks alive",
    shows:
      "the peer's process stopped; write() succeeded, read() went on waiting",
    asked: [
      "detect a dead TCP connection",
      "client doesn't detect that the server disconnected",
      "connection is lost but the socket still looks connected",
      "unplugged network cable and the server doesn't notice",
      "half-open connection, keepalive, heartbeat",
      "isConnected returns true although the other side is gone",
      "connection drops after being idle, behind NAT or firewall",
      "connection drops after a long time without activity",
    ],
    means: "without traffic, your system can't notice that the peer is gone",
    todo: "send something regularly, and limit each wait",
    causes: [
      {
        because: "The peer lost power or its network: no FIN was sent.",
        tell: "ss -tno shows ESTAB with no timer",
        fix: "Ping, and limit the wait for the answer: Heartbeat of lib/net.",
      },
      {
        because: "A NAT or firewall forgot the connection after minutes of " +
          "silence.",
        tell: "it happens after the same pause each time",
        fix: "Ping more often; setKeepAlive(true) alone waits two hours.",
      },
    ],
    lesson: "08_failures",
    heading: "A timeout isn't an answer",
  },
  {
    id: "lost-after-timeout",
    title: "Bytes are lost after a read timed out",
    shows: 'after a race with a timer, the program got only "world"',
    asked: [
      "data lost after read timeout",
      "Promise.race with a timeout loses the next message",
      "first message after a timeout is missing",
      "set a timeout on recv",
    ],
    means: "the read that you gave up on took the bytes",
    todo: "keep the pending read, and await it again",
    causes: [
      {
        because: "Promise.race() ends the waiting, not the read.",
        tell: "deno task lesson 8 shows it",
        fix: "Start no second read: TimedReader of lib/net.",
      },
    ],
    lesson: "08_failures",
    heading: "Myth: after a timeout, you can just read again",
  },
  {
    id: "doesnt-exit",
    title: "The program doesn't exit",
    shows: "an accept() that waits keeps Deno running",
    asked: [
      "program doesn't exit after the work is done",
      "process keeps running because a socket is open",
      "node script does not exit, open handle",
      "leaking resources in a Deno test",
    ],
    means: "an open listener, socket, or timer keeps it running",
    todo: "close everything: `using`",
    causes: [
      {
        because: "A listener or a pending read is still open.",
        tell: "ss -tlnp | grep deno",
        fix: "Close it; unref() if it may stay open.",
      },
    ],
    lesson: "02_first_connection",
    heading: "Close what you open",
  },
];
