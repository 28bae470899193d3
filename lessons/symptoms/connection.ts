import type { Symptom } from "../../lib/workbook/symptoms/symptom.ts";

/** Errors, and the end, on a connection that was open. */
export const connection: Symptom[] = [
  {
    id: "end",
    title: "read() returns null",
    deno: "`null` from `read`",
    shows: "read() gave null",
    asked: [
      "read returns null",
      "recv returns 0 bytes",
      "recv returns an empty string forever, 100% CPU in the read loop",
      "how to know that the client closed the connection",
    ],
    means: "the other side ended its stream, as it should",
    todo: "leave the loop, and close the connection",
    causes: [
      {
        because: "The peer sent FIN: it called close() or closeWrite(), or " +
          "its program ended. C and Python show it as 0 bytes.",
        tell: "every further read returns null at once",
        fix: "Stop reading. You can still write if it only ended its half.",
      },
    ],
    lesson: "03_echo",
    heading: "null means end of stream",
  },
  {
    id: "too-early",
    title: "The stream ended in the middle",
    deno: "`UnexpectedEof`",
    classes: ["UnexpectedEof"],
    codes: ["UND_ERR_SOCKET"],
    wording: {
      deno: ["the peer closed after", "unexpected end of file"],
      curl: ["(18) transfer closed", "(18) end of response with"],
      browser: [
        "ERR_CONTENT_LENGTH_MISMATCH",
        "ERR_INCOMPLETE_CHUNKED_ENCODING",
      ],
    },
    asked: [
      "UnexpectedEof",
      "unexpected EOF in the middle of a message",
      "connection closed before the whole message was received",
      "error reading a body from connection",
      "premature end of stream",
    ],
    means: "the stream ended before you had all the bytes",
    todo: "discard the part you have: the message isn't complete",
    causes: [
      {
        because: "The sender stopped or crashed in the middle of a message.",
        tell: "the sender's log; how many bytes came",
        fix: "Discard the part, connect again, and ask again.",
      },
      {
        because:
          "The announced length is wrong: characters counted, not bytes.",
        tell: "it happens only with non-ASCII text",
        fix: "Count the encoded bytes.",
      },
    ],
    lesson: "05_framing",
    heading: "When the stream ends in the middle",
  },
  {
    id: "reset",
    title: "Connection reset by peer",
    deno: "`ConnectionReset`",
    classes: ["ConnectionReset"],
    codes: ["ECONNRESET", "ERR_CONNECTION_RESET"],
    numbers: { linux: 104, macos: 54, windows: 10054 },
    wording: {
      deno: ["Connection reset by peer"],
      node: ["read ECONNRESET"],
      curl: ["(56) Recv failure", "(35) Recv failure"],
      browser: [
        "ERR_CONNECTION_RESET",
        "java.net.SocketException: Connection reset",
        "an existing connection was forcibly closed by the remote host",
      ],
    },
    asked: [
      "connection reset",
      "random ECONNRESET crashes my server",
      "random disconnects, connection sometimes goes down",
      "an existing connection was forcibly closed",
      "server sends RST packet instead of FIN",
    ],
    means: "the other side ended the connection with a reset (RST)",
    todo: "connect again; repeat only what's harmless to do twice",
    causes: [
      {
        because: "The peer closed its socket while your bytes were unread.",
        tell: "deno task lesson 7 --packets shows such an RST",
        fix: "The peer should read to the end before it closes.",
      },
      {
        because: "The peer's program crashed or was restarted.",
        tell: "its log at that time",
        fix: "Catch the error; it must end this connection only.",
      },
      {
        because:
          "A server, proxy, or NAT dropped an idle connection, and you " +
          "used it again.",
        tell: "it happens after a pause, on a kept-alive connection",
        fix: "Connect again, and retry if that's harmless; or keep it alive.",
      },
    ],
    lesson: "07_closing",
    heading: "FIN and RST",
  },
  {
    id: "connection-aborted",
    title: "Connection aborted",
    deno: "`ConnectionAborted`",
    classes: ["ConnectionAborted", "ConnectionAbortedError"],
    codes: ["ECONNABORTED", "ERR_CONNECTION_ABORTED"],
    numbers: { linux: 103, macos: 53, windows: 10053 },
    wording: {
      deno: ["Software caused connection abort"],
      node: ["write ECONNABORTED"],
      browser: [
        "an established connection was aborted by the software in your host machine",
      ],
    },
    asked: [
      "software caused connection abort",
      "connection aborted by the software in your host machine",
      "accept fails because the client went away",
    ],
    means: "your own system gave up on the connection",
    todo: "treat it as a reset; after accept(), accept the next client",
    causes: [
      {
        because: "macOS: the client left before accept(). On " +
          "Linux, Deno says NotConnected.",
        fix: "Accept the next client.",
      },
      {
        because: "Windows: segments weren't acknowledged in time, or a " +
          "virus scanner or VPN cut the connection.",
        tell: "it works with the scanner off, or over another network",
        fix: "Connect again.",
      },
    ],
    lesson: "06_many_clients",
    heading: "A client that leaves the backlog",
    unproven: "Linux doesn't give it to a program on loopback.",
  },
  {
    id: "broken-pipe",
    title: "Broken pipe",
    deno: "`BrokenPipe`",
    classes: ["BrokenPipe", "BrokenPipeError"],
    codes: ["EPIPE", "SIGPIPE"],
    numbers: { linux: 32, macos: 32 },
    wording: {
      deno: ["Broken pipe"],
      node: ["write EPIPE", "This socket has been ended by the other party"],
      curl: ["(55) Send failure"],
    },
    asked: [
      "broken pipe when writing to a socket",
      "program exits with SIGPIPE",
      "write fails after the client disconnected",
      "first write succeeds, second write fails",
      "writing to a closed socket doesn't fail",
    ],
    means: "you wrote after the other side had closed",
    todo: "stop writing; connect again if you have more to send",
    causes: [
      {
        because: "The peer closed before you wrote. The first write after " +
          "that still succeeds; the next one fails.",
        tell: "a read before the write returns null",
        fix: "Read too: null or a reset tells you first.",
      },
      {
        because: "You wrote after your own closeWrite().",
        tell: "search for closeWrite() before the write",
        fix: "Write everything, then end your side.",
      },
    ],
    lesson: "08_failures",
    heading: "The other side is gone",
  },
  {
    id: "not-connected",
    title: "Not connected",
    deno: "`NotConnected` from `accept`",
    classes: ["NotConnected"],
    codes: ["ENOTCONN"],
    numbers: { linux: 107, macos: 57, windows: 10057 },
    wording: {
      deno: ["Transport endpoint is not connected", "Socket is not connected"],
      node: ["shutdown ENOTCONN"],
    },
    asked: [
      "transport endpoint is not connected",
      "request to send or receive data was disallowed because the socket is not connected",
      "getpeername or shutdown fails, socket is not connected",
    ],
    means: "the client left before you accepted it",
    todo: "accept the next client (lesson 6)",
    causes: [
      {
        because: "The client reset its connection while it waited in the " +
          "backlog; then accept() has no address to give.",
        tell: "the error comes from accept()",
        fix: "Catch it in the accept loop, and go on.",
      },
      {
        because:
          "You used a socket before connect(), or the listener instead " +
          "of the socket that accept() returned.",
        tell: "the error comes from send, recv, or shutdown",
        fix: "Use the accepted socket.",
      },
    ],
    lesson: "06_many_clients",
    heading: "A client that leaves the backlog",
  },
  {
    id: "empty-reply",
    title: "The server closed without an answer",
    deno: "`TypeError`: fetch failed",
    classes: ["RemoteDisconnected", "NoHttpResponseException"],
    codes: ["ERR_EMPTY_RESPONSE", "UND_ERR_SOCKET"],
    wording: {
      deno: ["connection closed before message completed"],
      node: ["socket hang up", "other side closed"],
      curl: ["(52) Empty reply from server"],
      browser: [
        "didn't send any data",
        "Remote end closed connection without response",
      ],
    },
    asked: [
      "socket hang up",
      "empty reply from server",
      "server closed the connection without sending any data",
    ],
    means: "the connection ended before the first byte of the answer",
    todo: "look at the server's log: it failed, or rejected the request",
    causes: [
      {
        because: "The server crashed, or closed on a request that it can't " +
          "read: HTTP on a port that speaks TLS, for example.",
        tell: "printf 'GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n' | nc HOST PORT",
        fix: "Fix the server, or speak its protocol.",
      },
      {
        because: "It closed a kept-alive connection just as you reused it.",
        tell: "it happens after a pause; a retry works",
        fix: "Retry if that's harmless.",
      },
    ],
    lesson: "20_http_by_hand",
    heading: "The response",
  },
];
