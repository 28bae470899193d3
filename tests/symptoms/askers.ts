/** How somebody asked in public, and the entries that may come first. */
export type Asked = [title: string, ...ids: string[]];

/** Titles of questions and bug reports, as their askers wrote them. */
export const ASKED: Asked[] = [
  // Messages.
  ["Socket sending half JSON", "half-a-message"],
  ["Large responses lead to JSON parse error", "half-a-message"],
  [
    "Where a JSON message exceeds the TCP MSS, the Listener should wait until " +
    "it has a complete message before parsing it",
    "half-a-message",
  ],
  ["Data packet concated", "two-messages-in-one"],
  ["[net.TCP] Sometimes we receive concat messages", "two-messages-in-one"],
  [
    "Handle multiple responses from socket in same data event",
    "two-messages-in-one",
  ],
  [
    "C# receive method adds additional characters in the response",
    "garbage-at-the-end",
  ],
  ["Return data is null or adding some extra characters", "garbage-at-the-end"],
  [
    'Websocket data received sometimes has an extra "}" at the end in .NET 7',
    "garbage-at-the-end",
  ],
  [
    "Wierdly encoded characters when receiving data",
    "broken-characters",
    "garbage-at-the-end",
  ],

  // Waiting, and who is served.
  [
    "recv hanging all the time and no value is received any more",
    "both-read",
    "no-end",
  ],
  ["data = self.sock.recv() causes hang", "both-read", "no-end"],
  ["read from TCP socket hangs forever", "both-read", "no-end"],
  [
    "Server did not receive data, client freezes, waiting for a response",
    "both-read",
  ],
  [
    "open socket can keep the server unreachable for others",
    "one-client-only",
  ],
  [
    "Multiple client not working - only one client can connect at a time",
    "one-client-only",
  ],
  ["limen: server handles only one client at a time", "one-client-only"],
  ["Detecting TCP client disconnect", "dead-connection", "end"],
  ["TCP client does not detect server disconnection", "dead-connection"],
  ["Server crash on client connection reset", "one-failure-ends-all"],
  ["Server crashes on ECONNRESET (unhandled TCP reset)", "reset"],
  ["Unhandled 'error' event : ECONNRESET", "reset"],
  ["writing to a closed, local TCP socket not failing", "broken-pipe"],
  [
    "Difference between socket failing with EOF and connection reset",
    "reset",
  ],
  [
    "socket operation on nonsocket or bad file descriptor",
    "not-a-socket",
    "bad-resource",
  ],

  // Slow.
  [
    "why it takes nearly 40ms to send one tcp package frequently?",
    "forty-ms",
  ],
  [
    "Windows peers are creating a 200 ms delay between TCP transmissions",
    "forty-ms",
  ],
  ["unexpected 2000ms delay when connecting by localhost", "by-ip-not-by-name"],
  ['TcpClient very slow connecting to "localhost"', "by-ip-not-by-name"],

  // Here, and not there.
  ["localhost vs. 127.0.0.1", "by-ip-not-by-name"],
  ["Web server binds to localhost only by default", "localhost-only"],
  ["Binding to localhost only allows access to localhost", "localhost-only"],

  // Datagrams.
  [
    "sclang: udp messages dropped when they are too fast/too many",
    "udp-lost",
  ],
  ["UDP packets received but lost", "udp-lost"],
  ["Drop truncated UDP messages caused by a small buffer", "udp-truncated"],
  ["UDPClient: hanging on recv()", "udp-no-answer"],

  // Unix sockets.
  ["Unix socket listener cannot bind on restart", "socket-file-in-the-way"],
  ["Failed to initialise when unix socket exists", "socket-file-in-the-way"],
  [
    "LXD should remove an unused UNIX socket if found",
    "socket-file-in-the-way",
  ],

  // WebSockets.
  [
    "nginx reverse proxy websocket, some connection disconnected with 1006",
    "websocket-1006",
  ],
  ["Websocket connection closes after 90 seconds", "websocket-1006"],
  ["WS socket CLOSED after a while with Nginx", "websocket-1006"],

  // Held back until the search was done; 26 of the first 41 came first then.
  ["lots of sockets stuck at CLOSE_WAIT state", "too-many-files"],
  ["Daemon randomly crashes - Too many open files", "too-many-files"],
  [
    "Deadlock in networking: use asynchronous send()",
    "both-write",
    "slow-client",
  ],
  ["lockup in send()", "both-write"],
  ["UDP - Duplicate Packets", "udp-order"],
  ["How to ensure the order of UDP packets？", "udp-order"],
  ["EchoAsync improper UTF-8 decoding", "broken-characters"],
  [
    "SSE extension: UnicodeDecodeError when multi-byte UTF-8 char spans chunk boundary",
    "broken-characters",
  ],
  [
    "ssl.SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:852)",
    "not-tls",
  ],
  [
    "unhelpful errormessage when trying to connect with TLS to a non TLS port",
    "not-tls",
  ],
  ["Memory leaking with low network speed", "memory-grows"],
  ["Memory Leak with Websockets", "memory-grows"],
  ['"Connection refused" from all sockets on Docker host', "refused"],
  ["localhost not working", "localhost-only", "by-ip-not-by-name"],
  [
    "Client sometimes receives unexpected java.net.SocketException: Connection reset",
    "reset",
  ],
  ["[Network] no way to set SO_REUSEADDR", "in-use"],
  ["Econ `shutdown` keeps port in use (?)", "in-use"],
  [
    "sql/pgwire: previously-idle connection blocks for ~15 minutes before returning successfully",
    "dead-connection",
  ],
  ["Can't read from python TCP server", "both-read", "no-end"],
  ["client.read() waits for \\r before processing", "both-read"],
  [
    '[docs] StreamTCP examples talking to each other would hang (missing "\\n")',
    "both-read",
  ],
  ["Nodemailer Error (getaddrinfo)", "name-not-found"],
  [
    "[Question] Should getaddrinfo EAI_AGAIN treated as down?",
    "name-not-found",
  ],
  ["Wrong byte ordering in message header", "wrong-length"],
  [
    "Should a slow subscriber affect other subscribers on the same stream on the same media driver?",
    "slow-client",
  ],
  [
    "Process does not exit on disconnect when --stayopen is not used",
    "doesnt-exit",
  ],
  ["Open connection keeps process from exiting", "doesnt-exit"],
  ["Concurrernt write causes data corruption", "lines-mixed"],
  [
    "Message corruption when using a connection from multiple tasks",
    "lines-mixed",
  ],
  ["TCPClient read() data missed", "half-a-message", "lost-after-timeout"],
  ["Cannot connect to server", "refused", "timed-out"],
  ["Connection failed", "refused", "timed-out"],
  [
    "TCP connection drops on some machine after long time without activity",
    "dead-connection",
  ],
  ["TCP connections sometimes go down", "reset", "dead-connection"],
  [
    "Connection seems to be dropped and then re-established often",
    "dead-connection",
    "reset",
  ],
  [
    "Random disconnect mid data transfer from client or server",
    "reset",
    "too-early",
    "dead-connection",
  ],
];
