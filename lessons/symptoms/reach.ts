import type { Symptom } from "../../lib/workbook/symptoms/symptom.ts";

/** It works here, or by this address, and not there. */
export const reach: Symptom[] = [
  {
    id: "localhost-only",
    title: "Works on this machine, but not from another",
    shows: "bound to 127.0.0.1, the server refused at 127.0.0.2",
    asked: [
      "works on localhost but not from another machine",
      "can't connect to my server from another computer on the same network",
      "server is not reachable from outside",
      "docker container port is published but connection refused",
      "listen on all interfaces 0.0.0.0",
      "server binds to localhost only",
      "works locally but not over the internet",
      "connect from my phone to the dev server",
    ],
    means: "the server listens only on 127.0.0.1, or a firewall blocks it",
    todo: "listen on 0.0.0.0, and open the port",
    causes: [
      {
        because: "It's bound to 127.0.0.1: only this machine reaches that.",
        tell: "ss -ltn shows 127.0.0.1:PORT",
        fix: 'Deno.listen({ hostname: "0.0.0.0", port }).',
      },
      {
        because: "A firewall drops the connection: it times out.",
        tell: "nc -vz ADDRESS PORT from the other machine",
        fix: "Open the port.",
      },
      {
        because: "From the internet: the router forwards nothing.",
        tell: "it works within your own network",
        fix: "Forward the port in the router, or use a public server.",
      },
    ],
    lesson: "01_endpoint",
    heading: "One machine, many addresses",
  },
  {
    id: "by-ip-not-by-name",
    title: "Works by IP address, but not by name",
    shows: "127.0.0.1 connects, [::1] is refused: localhost is both",
    asked: [
      "works by IP but not by hostname",
      "127.0.0.1 works but localhost doesn't",
      "localhost resolves to ::1, IPv6",
      "connection refused with localhost but not with 127.0.0.1",
      "localhost is slow, connecting to localhost takes two seconds",
    ],
    means: "the name resolves to an address other than the one that works",
    todo: "find out which address the name gives",
    causes: [
      {
        because: "`localhost` is ::1 first, and the server listens on " +
          "127.0.0.1 only.",
        tell: "getent ahosts localhost; ss -ltn",
        fix: "Use 127.0.0.1 on both sides, or listen on both.",
      },
      {
        because: "The name has an old or another address: DNS cache, " +
          "/etc/hosts, a search domain.",
        tell: "getent hosts NAME; dig NAME",
        fix: "Correct it, or wait until the record expires.",
      },
      {
        because: "By name, the server picks a site (HTTP Host, TLS SNI).",
        tell: "curl -v --resolve NAME:443:IP https://NAME/",
        fix: "Configure that name in the server.",
      },
    ],
    lesson: "01_endpoint",
    heading: "One machine, many addresses",
  },
  {
    id: "connects-without-accept",
    title: "connect() succeeds, but the server never accepted",
    shows: "connect() succeeded before accept()",
    asked: [
      "client connects although the server did not call accept",
      "connect succeeds but the server doesn't see the connection",
      "more clients connect than the backlog allows",
    ],
    means: "the kernel makes the connection; accept() only takes it",
    todo: "treat only an answer as proof that you're served",
    causes: [
      {
        because: "The connection waits in the backlog.",
        tell: "ss -ltn: Recv-Q is the number that wait",
        fix: "Accept faster; limit the wait for the first answer.",
      },
    ],
    lesson: "02_first_connection",
    heading: "Myth: accept() makes the connection",
  },
  {
    id: "source-port",
    title: "The client's port changes every time",
    shows: "two connections, two local ports",
    asked: [
      "why is the client port different each time",
      "random source port, ephemeral port",
      "the accepted socket has the same port as the listener",
      "how many connections can one port have",
      "can two programs listen on the same port",
    ],
    means: "each connection gets a new ephemeral port",
    todo: "identify a client by address and port together",
    causes: [
      {
        because: "The system gives each client an ephemeral port. The server " +
          "keeps its port for all of them.",
        tell: "ss -tn",
        fix: "Don't store the port as an identity: it won't last.",
      },
    ],
    lesson: "01_endpoint",
    heading: "Myth: a port belongs to a program",
  },
];
