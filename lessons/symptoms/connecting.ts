import type { Symptom } from "../../lib/workbook/symptoms/symptom.ts";

/** Errors of `Deno.connect()`. */
export const connecting: Symptom[] = [
  {
    id: "refused",
    title: "Connection refused",
    deno: "`ConnectionRefused`",
    classes: ["ConnectionRefused"],
    codes: ["ECONNREFUSED", "ERR_CONNECTION_REFUSED"],
    numbers: { linux: 111, macos: 61, windows: 10061 },
    wording: {
      deno: ["Connection refused", "tcp connect error"],
      node: ["connect ECONNREFUSED 127.0.0.1:3000"],
      curl: ["(7) Failed to connect", "Couldn't connect to server"],
      browser: [
        "ERR_CONNECTION_REFUSED",
        "refused to connect",
        "actively refused it",
      ],
    },
    asked: [
      "connection refused when connecting to localhost",
      "no connection could be made because the target machine actively refused it",
      "client can't connect to the server, failed to connect",
      "unable to connect to port",
    ],
    means: "the machine answered: nothing is listening on that port",
    todo: "start the server, or correct the port; then try again",
    causes: [
      {
        because: "The server isn't running yet, or listens on another port.",
        tell: "ss -ltn (macOS: lsof -nP -iTCP -sTCP:LISTEN)",
        fix: "Start it, or connect to the port it prints.",
      },
      {
        because: "The server listens on ::1 and you connect to 127.0.0.1, or " +
          "the other way around: `localhost` can mean either.",
        tell: "the address column of ss -ltn",
        fix: "Use the same address on both sides.",
      },
      {
        because: "The server listens on its own 127.0.0.1, and you connect " +
          "from another machine or container.",
        tell: "ss -ltn shows 127.0.0.1, not 0.0.0.0 or [::]",
        fix: "Let the server listen on 0.0.0.0.",
      },
    ],
    lesson: "08_failures",
    heading: "Refused is an answer",
  },
  {
    id: "timed-out",
    title: "Connection timed out",
    deno: "`TimedOut`, `TimeoutError`",
    classes: ["TimedOut", "TimeoutError"],
    codes: [
      "ETIMEDOUT",
      "UND_ERR_CONNECT_TIMEOUT",
      "ERR_CONNECTION_TIMED_OUT",
    ],
    numbers: { linux: 110, macos: 60, windows: 10060 },
    wording: {
      deno: ["The operation was aborted due to timeout", "no answer within"],
      node: ["connect ETIMEDOUT 192.0.2.1:80"],
      curl: ["(28) Connection timed out", "(28) Failed to connect"],
      browser: ["ERR_CONNECTION_TIMED_OUT", "took too long to respond"],
    },
    asked: [
      "connection timed out",
      "connect takes forever and then times out",
      "connect hangs for two minutes, SYN sent but no answer",
      "did not properly respond after a period of time",
    ],
    means: "no answer came within the time limit",
    todo: "tell the user; retry only if it's harmless to do it twice",
    causes: [
      {
        because: "A firewall drops the packets, or the address belongs to no " +
          "machine that is up.",
        tell: "ping ADDRESS; nc -vz ADDRESS PORT from a second machine",
        fix: "Correct the address, or open the port in the firewall.",
      },
      {
        because: "The server's backlog is full: it doesn't accept().",
        tell: "ss -ltn on the server: Recv-Q above Send-Q",
        fix: "Accept in a loop that waits for no client (lesson 6).",
      },
      {
        because: "Your own limit (AbortSignal.timeout) is shorter than the " +
          "answer takes.",
        tell: "measure how long one call takes without the limit",
        fix: "Set a limit that a slow but healthy server can keep.",
      },
    ],
    lesson: "08_failures",
    heading: "A timeout isn't an answer",
  },
  {
    id: "aborted",
    title: "Aborted by your own signal",
    deno: "`AbortError`",
    classes: ["AbortError"],
    codes: ["ABORT_ERR"],
    wording: {
      deno: ["The signal has been aborted"],
      node: ["The operation was aborted"],
      browser: ["signal is aborted without reason"],
    },
    asked: ["AbortError the operation was aborted", "abort controller signal"],
    means: "your program gave up: it called abort()",
    todo: "nothing, if you meant to abort; give abort() a reason",
    causes: [
      {
        because: "Your code called abort() on the signal it gave to connect().",
        tell: "search your code for abort(",
        fix: "Catch the error where you give up; pass a reason to abort().",
      },
    ],
    lesson: "08_failures",
    heading: "Give up, and leave nothing behind",
  },
  {
    id: "network-unreachable",
    title: "Network unreachable",
    deno: "`NetworkUnreachable`",
    classes: ["NetworkUnreachable"],
    codes: ["ENETUNREACH", "ENETDOWN", "ERR_INTERNET_DISCONNECTED"],
    numbers: { linux: 101, macos: 51, windows: 10051 },
    wording: {
      deno: ["Network is unreachable"],
      node: ["connect ENETUNREACH"],
      browser: ["ERR_INTERNET_DISCONNECTED"],
    },
    asked: ["network is unreachable", "no route to this network, IPv6"],
    means: "this machine has no route to that address",
    todo: "check the address and the network; try IPv4",
    causes: [
      {
        because: "The machine has no network, or no IPv6, and the name gave " +
          "an IPv6 address.",
        tell: "ip route get ADDRESS (macOS: route get ADDRESS)",
        fix: "Connect the network, or connect to the IPv4 address.",
      },
      {
        because: "A container or sandbox without a default route.",
        tell: "ip route shows no line that begins with default",
        fix: "Give it a network, or use only 127.0.0.1.",
      },
    ],
    lesson: "01_endpoint",
    heading: "One machine, many addresses",
    unproven: "Loopback always has a route, and tests use no other network.",
  },
  {
    id: "host-unreachable",
    title: "No route to host",
    deno: "`Error` with the code EHOSTUNREACH",
    codes: ["EHOSTUNREACH", "EHOSTDOWN", "ERR_ADDRESS_UNREACHABLE"],
    numbers: { linux: 113, macos: 65, windows: 10065 },
    wording: {
      deno: ["No route to host"],
      node: ["connect EHOSTUNREACH"],
      browser: ["ERR_ADDRESS_UNREACHABLE"],
    },
    asked: ["no route to host", "host unreachable but ping works"],
    means: "a router, or your own machine, found no way to that host",
    todo: "check that the host is up and that its firewall lets you in",
    causes: [
      {
        because:
          "The host is off, or not in your network: no machine answers " +
          "for its address.",
        tell: "ip neigh shows FAILED beside the address",
        fix: "Start the host, or correct the address.",
      },
      {
        because: "A firewall on the way rejects the connection and says so.",
        tell: "another port of the same host answers",
        fix: "Open the port in that firewall.",
      },
    ],
    lesson: "08_failures",
    heading: "A timeout isn't an answer",
    unproven: "Loopback always has a route, and tests use no other network.",
  },
  {
    id: "name-not-found",
    title: "The name has no address",
    deno: "`Error`: failed to lookup address",
    codes: [
      "ENOTFOUND",
      "EAI_AGAIN",
      "EAI_NONAME",
      "EAI_NODATA",
      "ERR_NAME_NOT_RESOLVED",
      "DNS_PROBE_FINISHED_NXDOMAIN",
      "NXDOMAIN",
      "SERVFAIL",
      "WSAHOST_NOT_FOUND",
    ],
    numbers: { windows: 11001 },
    wording: {
      deno: ["failed to lookup address information"],
      node: ["getaddrinfo ENOTFOUND", "getaddrinfo EAI_AGAIN"],
      curl: ["(6) Could not resolve host"],
      browser: [
        "ERR_NAME_NOT_RESOLVED",
        "server IP address could not be found",
      ],
    },
    asked: [
      "name or service not known",
      "temporary failure in name resolution",
      "could not resolve host",
      "no such host is known",
      "nodename nor servname provided",
      "DNS lookup fails",
    ],
    means: "the name has no address, or no DNS server could be reached",
    todo: "check the spelling, and check that you have a network",
    causes: [
      {
        because: "The name is misspelled, or it's a URL: connect() takes a " +
          "host name without http:// and without a path.",
        tell: "getent hosts NAME (or: dig NAME)",
        fix: "Pass only the host name.",
      },
      {
        because: "No DNS server answers (EAI_AGAIN): no network, or a wrong " +
          "/etc/resolv.conf.",
        tell: "dig NAME says no servers could be reached",
        fix: "Fix the network; retry later.",
      },
    ],
    lesson: "21_dns_by_hand",
    heading: "A question in one datagram",
  },
  {
    id: "already-connected",
    title: "Already connected",
    deno: "not possible: `Deno.connect()` makes a new socket",
    codes: ["EISCONN", "EALREADY", "EINPROGRESS"],
    numbers: { linux: 106, macos: 56, windows: 10056 },
    wording: {
      node: [
        "Transport endpoint is already connected",
        "Socket is already connected",
        "Operation already in progress",
        "Operation now in progress",
      ],
    },
    asked: [
      "connect called twice on the same socket",
      "reconnect with the same socket fails",
      "connect returns operation now in progress on a non-blocking socket",
    ],
    means: "you called connect() on a socket that's already connected",
    todo: "make a new socket for each connection",
    causes: [
      {
        because: "The program reconnects on the old socket.",
        fix: "Close it and make a new one. A socket connects once.",
      },
      {
        because: "A non-blocking connect() is still under way: EINPROGRESS " +
          "and EALREADY are no failures.",
        fix: "Wait until the socket is writable, then read SO_ERROR.",
      },
    ],
    lesson: "02_first_connection",
    heading: "Accept makes a new socket",
    unproven: "Deno and node:net make a new socket for each connection.",
  },
  {
    id: "bad-port",
    title: "Port out of range",
    deno: "`RangeError`: Invalid port",
    classes: ["RangeError"],
    codes: ["ERR_SOCKET_BAD_PORT", "ERR_UNSAFE_PORT"],
    wording: {
      deno: ["Invalid port (out of range)"],
      node: ["Port should be >= 0 and < 65536", "options.port should be"],
    },
    asked: ["port number must be 0-65535", "port out of range"],
    means: "a port is a number from 0 to 65535, and you can't connect to 0",
    todo: "fix the program, or check the user's input",
    causes: [
      {
        because:
          "The port is NaN, negative, or larger than 65535: often text " +
          "that wasn't parsed, or a missing environment variable.",
        tell: "print the value and its typeof just before the call",
        fix: "Parse it as a whole number, and reject anything else.",
      },
      {
        because: "You connect to port 0. Only a listener may ask for 0.",
        fix: "Connect to listener.addr.port.",
      },
    ],
    lesson: "01_endpoint",
    heading: "From text to a number",
  },
];
