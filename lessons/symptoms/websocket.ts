import type { Symptom } from "../../lib/workbook/symptoms/symptom.ts";

/** How a WebSocket fails to open, and how it closes. */
export const websocket: Symptom[] = [
  {
    id: "websocket-failed",
    title: "The WebSocket doesn't open",
    deno: "`NetworkError`: failed to connect to WebSocket",
    codes: ["ERR_INVALID_HTTP_RESPONSE"],
    wording: {
      deno: ["failed to connect to WebSocket"],
      node: ["Unexpected server response"],
      browser: [
        "WebSocket connection to",
        "can't establish a connection to the server at",
      ],
    },
    asked: [
      "WebSocket connection failed",
      "error during WebSocket handshake: unexpected response code 404",
      "unexpected response code 200 or 400 in the WebSocket handshake",
      "WebSocket works locally but not behind nginx",
      "invalid Sec-WebSocket-Accept",
    ],
    means: "the server didn't answer the upgrade with 101",
    todo: "look at the status that it sent",
    causes: [
      {
        because: "404 or 200: wrong path, or a server that knows no WebSocket.",
        tell: "curl -i -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H " +
          "'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: eA==' URL",
        fix: "Correct the URL, or add the handler.",
      },
      {
        because: "400 or 502: a proxy removes the Upgrade header.",
        tell: "it works without the proxy",
        fix: "Let it pass: proxy_set_header Upgrade $http_upgrade.",
      },
      {
        because:
          "ws:// on a TLS port, wss:// on a plain one, or no server there.",
        fix: "Match the scheme and port; deno task why refused.",
      },
    ],
    lesson: "23_websocket_by_hand",
    heading: "The upgrade",
  },
  {
    id: "websocket-1006",
    title: "WebSocket closed with 1006",
    deno: "close event, `wasClean` false (code 0 in Deno)",
    shows: 'error event "Unexpected EOF", close event 0, not clean',
    codes: ["1006"],
    wording: {
      browser: ["closed abnormally", "Close received after close"],
    },
    asked: [
      "WebSocket closes with code 1006",
      "WebSocket closed before the connection is established",
      "WebSocket disconnects after 60 seconds",
      "WebSocket is closed after a while, idle behind nginx",
      "abnormal closure, no close frame",
    ],
    means: "the TCP connection ended without a close frame",
    todo: "connect again, with a growing delay; send pings",
    causes: [
      {
        because: "A proxy cut an idle connection: nginx after 60 seconds.",
        tell: "it takes the same time each time",
        fix: "Send a ping every 30 seconds, or raise the limit.",
      },
      {
        because: "The server crashed, or threw in its handler.",
        tell: "its log at that time",
        fix: "Fix it, and reconnect.",
      },
      {
        because: "The handshake failed: browsers say 1006 for that, too.",
        tell: "no open event came first",
        fix: "deno task why websocket-failed",
      },
    ],
    lesson: "23_websocket_by_hand",
    heading: "The closing handshake",
  },
  {
    id: "websocket-closed",
    title: "WebSocket closed normally (1000, 1001, 1005)",
    deno: "close event, `wasClean` true",
    codes: ["1000", "1001", "1005"],
    shows: "close events 1000, 1001, 1005",
    asked: [
      "WebSocket close code 1000",
      "WebSocket closed with 1001 going away",
      "WebSocket close code 1005 no status received",
    ],
    means:
      "the other side is done (1000), is leaving (1001), or gave no code (1005)",
    todo: "nothing; connect again if you still need it",
    causes: [
      {
        because: "1000: close() was called. 1001: the page was left, or the " +
          "server shuts down. 1005: the close frame had no code.",
        tell: "the close event's code and reason",
        fix: "After 1001 from a server, reconnect later.",
      },
    ],
    lesson: "23_websocket_by_hand",
    heading: "The closing handshake",
  },
  {
    id: "websocket-protocol",
    title: "WebSocket closed for a bad frame (1002, 1003, 1007)",
    deno: "close event, or error: Invalid UTF-8",
    codes: ["1002", "1003", "1007", "WS_ERR_INVALID_UTF8"],
    wording: {
      deno: ["Invalid UTF-8", "Reserved bits are not zero"],
      node: ["Invalid WebSocket frame"],
      browser: [
        "Could not decode a text frame as UTF-8",
        "One or more reserved bits are on",
        "A server must not mask any frames",
      ],
    },
    asked: [
      "WebSocket protocol error 1002",
      "invalid frame header",
      "could not decode a text frame as UTF-8",
      "one or more reserved bits are on",
    ],
    means:
      "a frame broke the rules (1002), had a bad type (1003), or wasn't UTF-8 (1007)",
    todo: "fix the side that built the frame",
    causes: [
      {
        because: "A hand-written server masks its frames, counts characters, " +
          "or writes other text into the socket.",
        tell: "deno task packets capture.pcap --follow 1",
        fix: "Compare your frame with the RFC's, bit by bit.",
      },
      {
        because: "Binary data was sent in a text frame.",
        tell: "it fails only for some messages",
        fix: "Send bytes as a binary frame.",
      },
    ],
    lesson: "23_websocket_by_hand",
    heading: "What a client may not send",
  },
  {
    id: "websocket-rejected",
    title: "WebSocket closed by the server (1008, 1009, 1011 to 1013)",
    deno: "close event with that code",
    codes: [
      "1008",
      "1009",
      "1011",
      "1012",
      "1013",
      "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH",
    ],
    shows: "close events 1008, 1009, 1011",
    wording: { node: ["Max payload size exceeded"] },
    asked: [
      "WebSocket close code 1009 message too big",
      "WebSocket close code 1011 internal error",
      "WebSocket closed with 1008 policy violation",
    ],
    means: "a policy (1008), a size limit (1009), or trouble in the server",
    todo: "1009: send less; 1011 to 1013: reconnect later",
    causes: [
      {
        because: "1009: the message is over the server's limit.",
        tell: "print its length in bytes",
        fix: "Split it, or raise the limit.",
      },
      {
        because: "1008: not logged in, or a wrong origin.",
        tell: "the close event's reason; the server's log",
        fix: "Authenticate first.",
      },
      {
        because: "1011: its handler threw. 1012, 1013: it restarts, is busy.",
        fix: "Look at its log; reconnect with a growing delay.",
      },
    ],
    lesson: "23_websocket_by_hand",
    heading: "What a client may not send",
  },
];
