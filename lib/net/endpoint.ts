/**
 * Endpoints: where a socket can be reached, as a value and as a line of text.
 *
 * @module
 */

/**
 * Where a socket can be reached: a protocol with an address and a port, or a
 * path on this machine.
 *
 * An IPv6 `hostname` has no brackets here (`::1`); only the written form needs
 * them.
 */
export type Endpoint =
  | { protocol: "tcp" | "udp"; hostname: string; port: number }
  | { protocol: "unix"; path: string };

/**
 * Reads an endpoint from its written form: `tcp://HOST:PORT`, `udp://HOST:PORT`
 * or `unix:PATH`.
 *
 * HOST is an IPv4 address, an IPv6 address in brackets (RFC 3986, section
 * 3.2.2), or a name.
 *
 * @param text The written form, with nothing before or after it.
 * @returns `{ protocol, hostname, port }` for TCP and UDP, `{ protocol, path }` for
 * Unix.
 * @throws {TypeError} If `text` is not an endpoint; the message says what is
 * wrong and what would be right.
 *
 * @example Read the three kinds
 * ```ts
 * import { parseEndpoint } from "./endpoint.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseEndpoint("tcp://127.0.0.1:7000"), {
 *   protocol: "tcp",
 *   hostname: "127.0.0.1",
 *   port: 7000,
 * });
 * assertEquals(parseEndpoint("udp://[::1]:53"), {
 *   protocol: "udp",
 *   hostname: "::1",
 *   port: 53,
 * });
 * assertEquals(parseEndpoint("unix:/tmp/a.sock"), {
 *   protocol: "unix",
 *   path: "/tmp/a.sock",
 * });
 * ```
 */
export function parseEndpoint(text: string): Endpoint {
  if (text.startsWith("unix:")) {
    return { protocol: "unix", path: parsePath(text, text.slice(5)) };
  }
  const protocol = text.slice(0, 3);
  if (protocol !== "tcp" && protocol !== "udp" || text.slice(3, 6) !== "://") {
    throw bad(text, "it must start with tcp://, udp:// or unix:");
  }
  // The port follows the last colon that no bracket encloses, if there is one.
  const [, hostname, port] = /^(.*?)(?::([^:\]]*))?$/s.exec(text.slice(6))!;
  return {
    protocol,
    hostname: parseHost(text, hostname),
    port: parsePort(text, port),
  };
}

/**
 * Writes an endpoint, so that {@linkcode parseEndpoint} reads it back.
 *
 * It checks nothing, since it must also serve in a message about an endpoint
 * that is wrong.
 *
 * @param endpoint The endpoint to write.
 * @returns `tcp://HOST:PORT`, `udp://HOST:PORT` or `unix:PATH`, with brackets
 * round an IPv6 hostname.
 *
 * @example Write an IPv6 endpoint
 * ```ts
 * import { formatEndpoint } from "./endpoint.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   formatEndpoint({ protocol: "tcp", hostname: "::1", port: 7000 }),
 *   "tcp://[::1]:7000",
 * );
 * assertEquals(
 *   formatEndpoint({ protocol: "unix", path: "/tmp/a.sock" }),
 *   "unix:/tmp/a.sock",
 * );
 * ```
 */
export function formatEndpoint(endpoint: Endpoint): string {
  if (endpoint.protocol === "unix") return `unix:${endpoint.path}`;
  const { protocol, hostname, port } = endpoint;
  const written = hostname.includes(":") ? `[${hostname}]` : hostname;
  return `${protocol}://${written}:${port}`;
}

/**
 * Turns an address object of Deno into an endpoint.
 *
 * Unix datagram sockets (`unixpacket`) give `unix` too: it is the path that
 * reaches them. A client that never bound a path has none, and Deno gives
 * `null` for it: the endpoint then has the path `""`, which nothing can connect
 * to.
 *
 * @param addr What `listener.addr`, `conn.localAddr` or `conn.remoteAddr`
 * gives.
 * @returns The endpoint, as {@linkcode parseEndpoint} returns it.
 * @throws {TypeError} If `addr` is of a transport that the workbook does not
 * cover, such as `vsock`.
 *
 * @example Say where a listener is
 * ```ts
 * import { endpointOf, formatEndpoint } from "./endpoint.ts";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * const { port } = listener.addr;
 * assertEquals(
 *   formatEndpoint(endpointOf(listener.addr)),
 *   `tcp://127.0.0.1:${port}`,
 * );
 * ```
 */
export function endpointOf(addr: Deno.Addr): Endpoint {
  switch (addr.transport) {
    case "tcp":
    case "udp":
      return {
        protocol: addr.transport,
        hostname: addr.hostname,
        port: addr.port,
      };
    case "unix":
    case "unixpacket":
      return { protocol: "unix", path: addr.path ?? "" };
    default:
      throw new TypeError(
        `Cannot make an endpoint of a ${addr.transport} address`,
      );
  }
}

/**
 * Writes one of Deno's address objects as text, for a person to read.
 *
 * @param addr What `listener.addr`, `conn.localAddr` or `conn.remoteAddr`
 * gives.
 * @returns For example `tcp://127.0.0.1:7000`.
 * @throws {TypeError} As {@linkcode endpointOf}.
 *
 * @example Say where a listener is
 * ```ts
 * import { formatAddress } from "./endpoint.ts";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * const { port } = listener.addr;
 * assertEquals(formatAddress(listener.addr), `tcp://127.0.0.1:${port}`);
 * ```
 */
export function formatAddress(addr: Deno.Addr): string {
  return formatEndpoint(endpointOf(addr));
}

/** Any path will do, but two slashes say that somebody took this for a URL. */
function parsePath(text: string, path: string): string {
  if (path === "") {
    throw bad(text, "the path is missing, as in unix:/tmp/a.sock");
  }
  if (path.startsWith("//")) {
    throw bad(text, "the path follows the colon, as in unix:/tmp/a.sock");
  }
  return path;
}

/** Takes the brackets off an IPv6 address; what else is good stays as it is. */
function parseHost(text: string, hostname: string): string {
  if (hostname === "") {
    throw bad(text, "the hostname is missing, as in 127.0.0.1:7000");
  }
  if (hostname.startsWith("[")) {
    const address = hostname.slice(1, -1);
    // The URL standard has a strict reader for the rest.
    const isIPv6 = /^[\da-f:.]+$/i.test(address) &&
      hostname.endsWith("]") && URL.canParse(`http://${hostname}`);
    if (!isIPv6) {
      throw bad(text, `${hostname} is not an IPv6 address in brackets`);
    }
    return address;
  }
  if (hostname.includes(":")) {
    throw bad(text, "an IPv6 address needs brackets, as in [::1]:7000");
  }
  // Digits and dots are meant as an IPv4 address, so 127.1 is not a name.
  if (
    /^[\d.]+$/.test(hostname) ? !isIPv4(hostname) : !/^[\w.-]+$/.test(hostname)
  ) {
    throw bad(text, `"${hostname}" is neither an IPv4 address nor a name`);
  }
  return hostname;
}

/** Four numbers up to 255. Some read a leading 0 as octal, so none may lead. */
function isIPv4(hostname: string): boolean {
  const parts = hostname.split(".");
  return parts.length === 4 &&
    parts.every((part) => /^(0|[1-9]\d*)$/.test(part) && Number(part) <= 255);
}

/** `Number` alone would not do: it takes "", " 80", "8e1" and "0x50" too. */
function parsePort(text: string, port = ""): number {
  if (port === "") {
    throw bad(text, "the port is missing; write :7000 behind it");
  }
  if (!/^\d+$/.test(port) || Number(port) > 65535) {
    throw bad(text, `port "${port}" is not a number from 0 to 65535`);
  }
  return Number(port);
}

/** The one place that words the failure. */
function bad(text: string, why: string): TypeError {
  return new TypeError(`Cannot parse endpoint "${text}": ${why}`);
}
