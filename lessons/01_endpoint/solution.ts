/** One good answer to each exercise of lesson 1. */
import type { Endpoint } from "../../lib/net/endpoint.ts";

// ---- 1.1 parseEndpoint ------------------------------------------------------

export function parseEndpoint(text: string): Endpoint {
  if (text.startsWith("unix:")) {
    const path = text.slice("unix:".length);
    if (path === "") throw new TypeError(`"${text}" has no path`);
    return { protocol: "unix", path };
  }
  for (const protocol of ["tcp", "udp"] as const) {
    const start = `${protocol}://`;
    if (text.startsWith(start)) {
      return { protocol, ...hostAndPort(text.slice(start.length)) };
    }
  }
  throw new TypeError(`"${text}" does not start with a protocol`);
}

function hostAndPort(text: string): { hostname: string; port: number } {
  // An IPv6 address contains colons: the port follows the last one.
  const colon = text.lastIndexOf(":");
  if (colon === -1) throw new TypeError(`"${text}" has no port`);
  const [host, digits] = [text.slice(0, colon), text.slice(colon + 1)];

  // Number() also accepts "", " 80", and "8e1", so test the text first.
  if (!/^[0-9]+$/.test(digits) || Number(digits) > 65535) {
    throw new TypeError(`"${digits}" is not a port from 0 to 65535`);
  }
  const port = Number(digits);
  if (/^[a-z0-9.-]+$/i.test(host)) return { hostname: host, port };
  if (/^\[[0-9a-f.]*:[0-9a-f:.]*\]$/i.test(host)) {
    return { hostname: host.slice(1, -1), port };
  }
  // An IPv6 address needs brackets: in "::1:53", you can't tell which colon
  // would start the port.
  throw new TypeError(`"${host}" is neither a name nor an address`);
}

// ---- 1.2 formatEndpoint -----------------------------------------------------

export function formatEndpoint(endpoint: Endpoint): string {
  if (endpoint.protocol === "unix") return `unix:${endpoint.path}`;
  const { protocol, hostname, port } = endpoint;
  // Without brackets, you couldn't tell the port's colon from the others.
  if (hostname.includes(":")) return `${protocol}://[${hostname}]:${port}`;
  return `${protocol}://${hostname}:${port}`;
}
