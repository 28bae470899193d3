/** The exercises of lesson 1. */
import { type Exercise, exercise } from "../../lib/workbook/kit/mod.ts";
import { checkFormatEndpoint } from "./checks/format_endpoint.ts";
import { checkParseEndpoint } from "./checks/parse_endpoint.ts";
import * as solution from "./solution.ts";
import type { FormatEndpoint, ParseEndpoint } from "./types.ts";

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  exercise<ParseEndpoint>({
    id: "1.1",
    pure: true,
    title: "Read an endpoint",
    passed:
      "It looks for the port from the right, so the colons of an IPv6 address stay in the address.",
    real: "lib/net/endpoint.ts",
    solution: solution.parseEndpoint,
    hints: [
      "Which colon in `udp://[::1]:53` comes before the port? And what do " +
      '`Number("")` and `parseInt("80abc")` return?',
      "Look at the start first: everything after `unix:` is the path. After " +
      "`tcp://` or `udp://`, cut at the last colon, and look at the two parts. " +
      "Is the port all digits, and small enough? Is the hostname a name, or an " +
      "address in brackets, from the first character to the last?",
      "Most of the code, for `rest`, which is what follows `tcp://`:\n" +
      '    const colon = rest.lastIndexOf(":"); // -1 if there\'s no colon\n' +
      "    const host = rest.slice(0, colon);\n" +
      "    const digits = rest.slice(colon + 1);\n" +
      "    const isPort = /^[0-9]+$/.test(digits) && Number(digits) <= 65535;\n" +
      "    const isName = /^[a-z0-9.-]+$/i.test(host);\n" +
      "    const isIPv6 = /^\\[[0-9a-f.]*:[0-9a-f:.]*\\]$/i.test(host);\n" +
      "Throw a TypeError unless there's a colon, a port, and one kind of " +
      "hostname. If it's an IPv6 address, take host.slice(1, -1).",
    ],
    read: "How an endpoint is written",
    check: checkParseEndpoint,
  }),
  exercise<FormatEndpoint>({
    id: "1.2",
    pure: true,
    title: "Write an endpoint",
    passed:
      "It puts the brackets back, so `parseEndpoint` returns the same endpoint.",
    real: "lib/net/endpoint.ts",
    solution: solution.formatEndpoint,
    hints: [
      "How does `parseEndpoint` find the end of the hostname? Which hostnames " +
      "would make that impossible?",
      "There are two kinds of endpoint, so look at `endpoint.protocol` first. " +
      "TypeScript then knows whether there's a path, or a hostname and a port. " +
      "Put the parts together with a template string.",
      "Most of the code:\n" +
      '    if (endpoint.protocol === "unix") return `unix:${endpoint.path}`;\n' +
      "    const { protocol, hostname, port } = endpoint;\n" +
      '    const written = hostname.includes(":") ? `[${hostname}]` : hostname;\n' +
      "Now put `protocol`, `written`, and `port` together.",
    ],
    read: "How an endpoint is written",
    check: checkFormatEndpoint,
  }),
];
