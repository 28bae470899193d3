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
  throw new TypeError(`"${text}" starts with no protocol`);
}

function hostAndPort(text: string): { hostname: string; port: number } {
  // An IPv6 address contains colons: the port follows the last one.
  const colon = text.lastIndexOf(":");
  if (colon === -1) throw new TypeError(`"${text}" has no port`);
  let hostname = text.slice(0, colon);
  const digits = text.slice(colon + 1);

  // Number() also accepts "", " 80", and "8e1", so test the text first.
  if (!/^[0-9]+$/.test(digits) || Number(digits) > 65535) {
    throw new TypeError(`"${digits}" is not a port from 0 to 65535`);
  }
  if (hostname.startsWith("[") && hostname.endsWith("]")) {
    hostname = hostname.slice(1, -1);
  } else if (hostname.includes(":")) {
    // Which colon would be the port's? You can't tell in "::1:53".
    throw new TypeError(`"${hostname}" needs brackets around it`);
  }
  if (hostname === "") throw new TypeError(`"${text}" has no hostname`);
  return { hostname, port: Number(digits) };
}

// ---- 1.2 formatEndpoint -----------------------------------------------------

export function formatEndpoint(endpoint: Endpoint): string {
  if (endpoint.protocol === "unix") return `unix:${endpoint.path}`;
  const { protocol, hostname, port } = endpoint;
  // Without brackets, the port's colon would be one of many.
  if (hostname.includes(":")) return `${protocol}://[${hostname}]:${port}`;
  return `${protocol}://${hostname}:${port}`;
}
