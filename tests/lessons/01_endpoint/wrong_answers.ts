/** Wrong answers to the exercises of lesson 1, and what is said of each. */
import type { Endpoint } from "../../../lib/net/endpoint.ts";
import type { WrongAnswer } from "../gates.ts";
import * as solution from "../../../lessons/01_endpoint/solution.ts";

type Parse = (text: string) => Endpoint;
type Format = (endpoint: Endpoint) => string;
type Address = Extract<Endpoint, { hostname: string }>;

/** Wrong answers to 1.1. */
export const parseMistakes: WrongAnswer<Parse>[] = [
  {
    name: "splits an IPv6 address at the first colon",
    attempt: reader({
      cut(rest) {
        const [hostname, port] = rest.split(":");
        return [hostname, port];
      },
    }),
    diagnosis: /colons of its own.*follows the last colon/s,
  },
  {
    name: "splits at the first colon, and does not look at the parts",
    attempt(text) {
      if (text.startsWith("unix:")) return solution.parseEndpoint(text);
      const [protocol, rest] = text.split("://");
      const [hostname, port] = rest.split(":");
      return {
        protocol: protocol as "tcp" | "udp",
        hostname,
        port: Number(port),
      };
    },
    diagnosis: /colons of its own.*follows the last colon/s,
  },
  {
    name: "matches a path by dots, which stop at a line break",
    attempt(text) {
      const path = text.match(/^unix:(.+)/)?.[1];
      return path === undefined
        ? solution.parseEndpoint(text)
        : { protocol: "unix", path };
    },
    diagnosis: /A line break is a character of a path/,
  },
  {
    name: "keeps the brackets",
    attempt: reader({ hostname: (hostname) => hostname }),
    diagnosis: /brackets belong to the written form/,
  },
  {
    name: "takes port 70000",
    attempt: reader({ port: digitsOnly }),
    diagnosis: /16 bits/,
  },
  {
    name: "takes port 65536, and no higher one",
    attempt: reader({ port: (text) => atMost(65536, digitsOnly(text)) }),
    diagnosis: /"tcp:\/\/127\.0\.0\.1:65536"\) returned.*16 bits/s,
  },
  {
    name: "counts the digits of a port instead of comparing it",
    attempt: reader({
      port(text) {
        if (!/^\d{1,5}$/.test(text)) throw new TypeError("no port");
        return Number(text);
      },
    }),
    diagnosis: /not the count of its digits/,
  },
  {
    name: "takes 80abc, by parseInt",
    attempt: reader({
      port(text) {
        const port = parseInt(text);
        if (Number.isNaN(port)) throw new TypeError("no port");
        return atMost(65535, port);
      },
    }),
    diagnosis: /parseInt\(\) reads as far as it finds digits/,
  },
  {
    name: "takes an empty port for 0",
    attempt: reader({ port: (text) => atMost(65535, numberOf(text)) }),
    diagnosis: /Number\(""\) is 0/,
  },
  {
    name: 'takes " 80" and "8e1", by Number',
    attempt: reader({
      port(text) {
        if (text === "") throw new TypeError("no port");
        return atMost(65535, numberOf(text));
      },
    }),
    diagnosis: /Number\(\) takes more than digits/,
  },
  {
    name: "takes -1",
    attempt: reader({
      port(text) {
        if (!/^-?\d+$/.test(text)) throw new TypeError("no port");
        return atMost(65535, Number(text));
      },
    }),
    diagnosis: /:-1"\) returned.*Number\(\) takes more than digits/s,
  },
  {
    name: "takes port 0 for a missing one",
    attempt: reader({
      port(text) {
        const port = digitsOnly(text);
        if (!port) throw new TypeError("no port");
        return atMost(65535, port);
      },
    }),
    diagnosis: /0 is a port that can be asked for/,
  },
  {
    name: "leaves the port a text",
    attempt(text) {
      const endpoint = solution.parseEndpoint(text);
      if (endpoint.protocol === "unix") return endpoint;
      return {
        ...endpoint,
        port: String(endpoint.port),
      } as unknown as Endpoint;
    },
    diagnosis: /The port is a number in an endpoint/,
  },
  {
    name: "leaves the colon at the protocol",
    attempt(text) {
      const endpoint = solution.parseEndpoint(text);
      const protocol = `${endpoint.protocol}:`;
      return { ...endpoint, protocol } as unknown as Endpoint;
    },
    diagnosis: /the word alone/,
  },
  {
    name: "uses new URL(), which rewrites hosts and paths",
    attempt(text) {
      const url = new URL(text);
      const protocol = url.protocol.slice(0, -1);
      if (protocol === "unix") return { protocol, path: url.pathname };
      if (protocol !== "tcp" && protocol !== "udp" || url.port === "") {
        throw new TypeError("no endpoint");
      }
      const hostname = url.hostname.replace(/^\[|\]$/g, "");
      return { protocol, hostname, port: Number(url.port) };
    },
    diagnosis: /new URL\(\) does more than cut/,
  },
  {
    name: "takes the text for a web address, which has a default port",
    attempt(text) {
      if (text.startsWith("unix:")) return solution.parseEndpoint(text);
      const [protocol] = text.split("://");
      const url = new URL(text.replace(protocol, "http"));
      return {
        protocol: protocol as "tcp" | "udp",
        hostname: url.hostname.replace(/^\[|\]$/g, ""),
        port: Number(url.port),
      };
    },
    diagnosis: /default port of http/,
  },
  {
    name: "takes any protocol",
    attempt(text) {
      const [protocol] = text.split("://");
      if (text === "" || text.startsWith("unix:")) {
        return solution.parseEndpoint(text);
      }
      const endpoint = solution.parseEndpoint(text.replace(protocol, "tcp"));
      return { ...endpoint, protocol } as Endpoint;
    },
    diagnosis: /Only tcp:\/\/, udp:\/\/ and unix: begin an endpoint/,
  },
  {
    name: "takes what is no Unix path for TCP",
    attempt(text) {
      if (/^(udp|unix):/.test(text)) return solution.parseEndpoint(text);
      return solution.parseEndpoint(`tcp://${text.replace("tcp://", "")}`);
    },
    diagnosis: /Only tcp:\/\/, udp:\/\/ and unix: begin an endpoint/,
  },
  {
    name: "trims the text of an address",
    attempt: (text) =>
      solution.parseEndpoint(text.startsWith("unix:") ? text : text.trim()),
    diagnosis: /trim\(\) makes right what is wrong/,
  },
  {
    name: "does not see that the port is missing",
    attempt(text) {
      if (/^(tcp|udp):\/\/[^:]+$/.test(text)) text += ":0";
      return solution.parseEndpoint(text);
    },
    diagnosis: /no colon before a port/,
  },
  {
    name: "takes only addresses for hosts",
    attempt(text) {
      if (/[a-z]+:\/\/[a-z]/.test(text)) throw new TypeError("no address");
      return solution.parseEndpoint(text);
    },
    diagnosis: /A hostname may be a name/,
  },
  {
    name: "takes an empty hostname",
    attempt: (text) =>
      solution.parseEndpoint(text.replace(/\/\/(?=:)|\[\]/, "//x")),
    diagnosis: /There is no hostname in it/,
  },
  {
    name: "takes an empty path",
    attempt: (text) =>
      text === "unix:"
        ? { protocol: "unix", path: "" }
        : solution.parseEndpoint(text),
    diagnosis: /There is no path in it/,
  },
  {
    name: "cuts a Unix path at its colon",
    attempt(text) {
      if (!text.startsWith("unix:")) return solution.parseEndpoint(text);
      const [, path] = text.split(":");
      if (path === "") throw new TypeError("no path");
      return { protocol: "unix", path };
    },
    diagnosis: /All that follows `unix:` is the path/,
  },
  {
    name: "cuts a path at two slashes",
    attempt(text) {
      const path = text.split("//").at(-1)!;
      return text.startsWith("unix:/") && text.includes("//")
        ? { protocol: "unix", path }
        : solution.parseEndpoint(text);
    },
    diagnosis: /two slashes in a row too/,
  },
  {
    name: "trims a path",
    attempt(text) {
      const endpoint = solution.parseEndpoint(text);
      return endpoint.protocol === "unix"
        ? { ...endpoint, path: endpoint.path.trim() }
        : endpoint;
    },
    diagnosis: /do not trim\(\) it/,
  },
  {
    name: "takes the protocol in capitals too",
    attempt: (text) =>
      solution.parseEndpoint(
        text.replace(/^(tcp|udp)/i, (word) => word.toLowerCase()),
      ),
    diagnosis: /written in small letters/,
  },
  {
    name: "finds an endpoint in a line of the text",
    attempt(text) {
      const found = text.match(/^(tcp|udp):\/\/.*:\d+$/m)?.[0];
      return solution.parseEndpoint(found ?? text);
    },
    diagnosis: /the ends of each line, not of the text/,
  },
  {
    name: "does without the slashes",
    attempt: (text) =>
      solution.parseEndpoint(text.replace(/^(tcp|udp):(?!\/\/)/, "$1://")),
    diagnosis: /Only tcp:\/\/, udp:\/\/ and unix: begin an endpoint/,
  },
  {
    name: "splits at every ://",
    attempt(text) {
      if (text.startsWith("unix:")) return solution.parseEndpoint(text);
      return solution.parseEndpoint(text.split("://").slice(0, 2).join("://"));
    },
    diagnosis: /what follows the second is lost/,
  },
  {
    name: "takes an IPv6 address without brackets",
    attempt: reader({
      hostname: (hostname) => notEmpty(hostname.replace(/^\[(.*)\]$/, "$1")),
    }),
    diagnosis: /nobody can tell which colon is the port's/,
  },
  {
    name: "does not see that a bracket is missing",
    attempt: reader({
      hostname(hostname) {
        if (!/[[\]]/.test(hostname) && hostname.includes(":")) {
          throw new TypeError("no brackets");
        }
        return notEmpty(hostname.replaceAll(/[[\]]/g, ""));
      },
    }),
    diagnosis: /a bracket on either side/,
  },
  {
    name: "throws a plain Error",
    attempt(text) {
      try {
        return solution.parseEndpoint(text);
      } catch {
        throw new Error(`not an endpoint: ${text}`);
      }
    },
    diagnosis: /a caller tells failures apart by their class/,
  },
  {
    name: "returns null instead of throwing",
    attempt(text) {
      try {
        return solution.parseEndpoint(text);
      } catch {
        return null as unknown as Endpoint;
      }
    },
    diagnosis: /A caller who does not look/,
  },
  {
    name: "is async",
    attempt:
      ((text: string) =>
        Promise.try(solution.parseEndpoint, text)) as unknown as Parse,
    diagnosis: /a function that is not async/,
  },
  {
    name: "returns nothing",
    attempt: ((text: string) => {
      solution.parseEndpoint(text);
    }) as unknown as Parse,
    diagnosis: /without a return gives undefined/,
  },
  {
    name: "keeps a global regular expression between calls",
    attempt: (() => {
      const pattern = /^(tcp|udp):\/\/(.+):(\d+)$/g;
      return (text: string) => {
        if (text.startsWith("unix:")) return solution.parseEndpoint(text);
        if (pattern.exec(text) === null) throw new TypeError("no endpoint");
        return solution.parseEndpoint(text);
      };
    })(),
    diagnosis: /flag g keeps its lastIndex/,
  },
];

/** Wrong answers to 1.2. */
export const formatMistakes: WrongAnswer<Format>[] = [
  {
    name: "no brackets for IPv6",
    attempt: writer((hostname) => hostname),
    diagnosis: /Without brackets nobody can tell the port's colon/,
  },
  {
    name: "brackets for ::1 only",
    attempt: writer((hostname) => hostname === "::1" ? "[::1]" : hostname),
    diagnosis: /2001:db8.*Without brackets nobody can tell the port's colon/s,
  },
  {
    name: "takes :: for the sign of an IPv6 address",
    attempt: writer((hostname) =>
      hostname.includes("::") ? `[${hostname}]` : hostname
    ),
    diagnosis: /2001:db8.*Without brackets nobody can tell the port's colon/s,
  },
  {
    name: "takes dots for the sign of an IPv4 address",
    attempt: writer((hostname) =>
      hostname.includes(".") || !hostname.includes(":")
        ? hostname
        : `[${hostname}]`
    ),
    diagnosis: /::ffff.*Without brackets nobody can tell the port's colon/s,
  },
  {
    name: "brackets for every hostname",
    attempt: writer((hostname) => `[${hostname}]`),
    diagnosis: /Brackets are for IPv6 addresses only/,
  },
  {
    name: "unix://path",
    attempt: (endpoint) =>
      endpoint.protocol === "unix"
        ? `unix://${endpoint.path}`
        : solution.formatEndpoint(endpoint),
    diagnosis: /Two slashes announce a hostname/,
  },
  {
    name: "always tcp",
    attempt: (endpoint) =>
      solution.formatEndpoint(endpoint).replace(/^udp/, "tcp"),
    diagnosis: /the endpoint's own protocol, here udp/,
  },
  {
    name: "looks for a hostname in every endpoint",
    attempt(endpoint) {
      const { protocol, hostname, port } = endpoint as Address;
      return `${protocol}://${
        hostname.includes(":") ? `[${hostname}]` : hostname
      }:${port}`;
    },
    diagnosis: /only tcp and udp have a hostname/,
  },
  {
    name: "leaves out port 0",
    attempt: (endpoint) => solution.formatEndpoint(endpoint).replace(/:0$/, ""),
    diagnosis: /The port is always written/,
  },
  {
    name: "leaves out port 80, as new URL() does",
    attempt: writer(
      (hostname) => hostname.includes(":") ? `[${hostname}]` : hostname,
      80,
    ),
    diagnosis: /The port is always written/,
  },
  {
    name: "uses new URL(), which rewrites hosts",
    attempt(endpoint) {
      const text = solution.formatEndpoint(endpoint);
      return endpoint.protocol === "unix" ? text : new URL(text).href;
    },
    diagnosis: /new URL\(\) and encodeURI\(\) change letters/,
  },
  {
    name: "encodes the path",
    attempt: (endpoint) =>
      endpoint.protocol === "unix"
        ? `unix:${encodeURI(endpoint.path)}`
        : solution.formatEndpoint(endpoint),
    diagnosis: /new URL\(\) and encodeURI\(\) change letters/,
  },
  {
    name: "makes one slash of two in a path",
    attempt: (endpoint) =>
      endpoint.protocol === "unix"
        ? `unix:${endpoint.path.replaceAll("//", "/")}`
        : solution.formatEndpoint(endpoint),
    diagnosis: /two slashes in a row too/,
  },
  {
    name: "trims the path",
    attempt: (endpoint) => solution.formatEndpoint(endpoint).trim(),
    diagnosis: /do not trim\(\) it/,
  },
  {
    name: "writes a line break in two letters",
    attempt: (endpoint) =>
      solution.formatEndpoint(endpoint).replaceAll("\n", "\\n"),
    diagnosis: /write no \\n for a line break/,
  },
  {
    name: "takes every hostname that is no name of letters for an IPv6 address",
    attempt: writer((hostname) =>
      /^([a-z]+|[\d.]+)$/i.test(hostname) ? hostname : `[${hostname}]`
    ),
    diagnosis: /server-2.*Brackets are for IPv6 addresses only/s,
  },
  {
    name: "changes the endpoint",
    attempt(endpoint) {
      if (endpoint.protocol === "unix") return `unix:${endpoint.path}`;
      if (endpoint.hostname.includes(":")) {
        endpoint.hostname = `[${endpoint.hostname}]`;
      }
      return `${endpoint.protocol}://${endpoint.hostname}:${endpoint.port}`;
    },
    diagnosis: /make a new text, and leave the object/,
  },
  {
    name: "returns nothing",
    attempt: ((endpoint: Endpoint) => {
      solution.formatEndpoint(endpoint);
    }) as unknown as Format,
    diagnosis: /also one that prints/,
  },
];

interface Parts {
  cut?(rest: string): [hostname: string, port: string];
  hostname?(written: string): string;
  port?(written: string): number;
}

/** An answer to 1.1 that is right but for the parts that it is given. */
function reader(
  { cut = cutAtLast, hostname = goodHost, port = goodPort }: Parts,
): Parse {
  return (text) => {
    const [, protocol, rest] = text.match(/^(tcp|udp):\/\/(.*)$/) ?? [];
    if (protocol === undefined) return solution.parseEndpoint(text);
    const [writtenHost, writtenPort] = cut(rest);
    return {
      protocol: protocol as "tcp" | "udp",
      hostname: hostname(writtenHost),
      port: port(writtenPort),
    };
  };
}

function cutAtLast(rest: string): [string, string] {
  const colon = rest.lastIndexOf(":");
  if (colon === -1) throw new TypeError("no port");
  return [rest.slice(0, colon), rest.slice(colon + 1)];
}

function goodHost(written: string): string {
  return (solution.parseEndpoint(`tcp://${written}:0`) as Address).hostname;
}

function notEmpty(hostname: string): string {
  if (hostname === "") throw new TypeError("no hostname");
  return hostname;
}

function goodPort(written: string): number {
  return atMost(65535, digitsOnly(written));
}

function digitsOnly(text: string): number {
  if (!/^\d+$/.test(text)) throw new TypeError("no port");
  return Number(text);
}

function numberOf(text: string): number {
  if (Number.isNaN(Number(text))) throw new TypeError("no port");
  return Number(text);
}

function atMost(limit: number, port: number): number {
  if (port > limit) throw new TypeError("no port");
  return port;
}

/** An answer to 1.2 that writes the hostname in its own way. */
function writer(
  hostname: (hostname: string) => string,
  defaultPort?: number,
): Format {
  return (endpoint) => {
    if (endpoint.protocol === "unix") return `unix:${endpoint.path}`;
    const start = `${endpoint.protocol}://${hostname(endpoint.hostname)}`;
    return endpoint.port === defaultPort ? start : `${start}:${endpoint.port}`;
  };
}
