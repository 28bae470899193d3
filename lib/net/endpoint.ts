/**
 * Endpoints: the addresses of sockets, as a value and as a line of text.
 *
 * @module
 */

/**
 * The address of a socket: a protocol with a hostname and a port, or a path on
 * this machine.
 *
 * An IPv6 `hostname` has no brackets here (`::1`); only the text needs them.
 */
export type Endpoint =
  | { protocol: "tcp" | "udp"; hostname: string; port: number }
  | { protocol: "unix"; path: string };

/**
 * Parses an endpoint: `tcp://HOSTNAME:PORT`, `udp://HOSTNAME:PORT`, or
 * `unix:PATH`.
 *
 * HOSTNAME is an IPv4 address, an IPv6 address in brackets (RFC 3986, section
 * 3.2.2), or a name.
 *
 * @param text The endpoint as text, with nothing before or after it.
 * @returns `{ protocol, hostname, port }` for TCP and UDP, `{ protocol, path }`
 * for Unix.
 * @throws {TypeError} If `text` isn't an endpoint; the message says what's wrong
 * and what would be right.
 *
 * @example Parse endpoints of all three kinds
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
    throw bad(text, "it must start with tcp://, udp://, or unix:");
  }
  // The port follows the last colon outside the brackets.
  const [, hostname, port] = /^(.*?)(?::([^:\]]*))?$/s.exec(text.slice(6))!;
  return {
    protocol,
    hostname: parseHost(text, hostname),
    port: parsePort(text, port),
  };
}

/**
 * Formats an endpoint, so that {@linkcode parseEndpoint} can parse it.
 *
 * It doesn't check the endpoint, because error messages about invalid endpoints
 * use it, too.
 *
 * @param endpoint The endpoint to format.
 * @returns `tcp://HOSTNAME:PORT`, `udp://HOSTNAME:PORT`, or `unix:PATH`, with
 * brackets around an IPv6 hostname.
 *
 * @example Format an IPv6 endpoint
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
 * Converts one of Deno's addresses to an endpoint.
 *
 * The protocol of a Unix datagram socket (`unixpacket`) is `unix`, too. A socket
 * that isn't bound to a path has the path `null` in Deno; its endpoint has the
 * path `""`, which nothing can connect to.
 *
 * @param addr The address, such as `listener.addr` or `conn.remoteAddr`.
 * @returns The endpoint, as {@linkcode parseEndpoint} returns it.
 * @throws {TypeError} If the address has a transport that the workbook doesn't
 * cover, such as `vsock`.
 *
 * @example The endpoint of a listener
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
 * Formats one of Deno's addresses.
 *
 * @param addr The address, such as `listener.addr` or `conn.remoteAddr`.
 * @returns The endpoint as text, such as `tcp://127.0.0.1:7000`.
 * @throws {TypeError} As {@linkcode endpointOf}.
 *
 * @example The address of a listener
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

/**
 * Accepts any path, except one with two slashes, which is probably meant as a
 * URL.
 */
function parsePath(text: string, path: string): string {
  if (path === "") {
    throw bad(text, "the path is missing, as in unix:/tmp/a.sock");
  }
  if (path.startsWith("//")) {
    throw bad(text, "the path follows the colon, as in unix:/tmp/a.sock");
  }
  return path;
}

/** Checks a hostname, and removes the brackets of an IPv6 address. */
function parseHost(text: string, hostname: string): string {
  if (hostname === "") {
    throw bad(text, "the hostname is missing, as in 127.0.0.1:7000");
  }
  if (hostname.startsWith("[")) {
    const address = hostname.slice(1, -1);
    // URL has a strict parser for the rest.
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
  // Digits and dots are probably meant as an IPv4 address, so 127.1 isn't a
  // name.
  if (
    /^[\d.]+$/.test(hostname) ? !isIPv4(hostname) : !/^[\w.-]+$/.test(hostname)
  ) {
    throw bad(text, `"${hostname}" is neither an IPv4 address nor a name`);
  }
  return hostname;
}

/**
 * Returns whether a hostname is four numbers up to 255, without leading zeros,
 * which some parsers read as octal. `node:net` has the same function, but takes
 * 50 ms to load.
 */
function isIPv4(hostname: string): boolean {
  const parts = hostname.split(".");
  return parts.length === 4 &&
    parts.every((part) => /^(0|[1-9]\d*)$/.test(part) && Number(part) <= 255);
}

/** `Number` alone isn't enough: it accepts "", " 80", "8e1", and "0x50", too. */
function parsePort(text: string, port = ""): number {
  if (port === "") {
    throw bad(text, "the port is missing; write :7000 after it");
  }
  if (!/^\d+$/.test(port) || Number(port) > 65535) {
    throw bad(text, `port "${port}" is not a number from 0 to 65535`);
  }
  return Number(port);
}

function bad(text: string, why: string): TypeError {
  return new TypeError(`Cannot parse endpoint "${text}": ${why}`);
}
