/**
 * Check your answers to lesson 1: `deno task check 1`, or `deno task watch`.
 *
 * Replace each `todo(…)` below with your code. Keep the numbered headings,
 * because `deno task reset 1.1` needs them. The types are in types.ts.
 */
import type { Endpoint } from "../../lib/net/endpoint.ts";
import { todo } from "../../lib/workbook/kit/mod.ts";

// ---- 1.1 parseEndpoint ------------------------------------------------------

/**
 *     export function parseEndpoint(text: string): Endpoint {
 *     }
 *
 * Parses `tcp://HOST:PORT`, `udp://HOST:PORT`, or `unix:PATH`. The result has
 * the properties `protocol` (`"tcp"` or `"udp"`), `hostname`, and `port` (a
 * number), or, for a path, `protocol` (`"unix"`) and `path`.
 *
 * - HOST is a name or an IPv4 address (letters, digits, dots, and hyphens), or
 *   an IPv6 address in brackets (hexadecimal digits, dots, and at least one
 *   colon). `udp://[::1]:53` has the hostname `::1`. You don't have to check
 *   anything else about it.
 * - PORT is one or more digits from 0 to 9 and nothing else, and its value is at
 *   most 65535. It may start with zeros.
 * - PATH is everything after `unix:`, even spaces, colons, and line breaks.
 * - HOST and PATH stay exactly as written, and neither is empty.
 * - For any other text, throw a TypeError, even if its only flaw is an extra space.
 */
export const parseEndpoint: (text: string) => Endpoint = todo(
  "1.1 parseEndpoint",
);

// ---- 1.2 formatEndpoint -----------------------------------------------------

/**
 *     export function formatEndpoint(endpoint: Endpoint): string {
 *     }
 *
 * Writes an endpoint as `tcp://HOST:PORT`, `udp://HOST:PORT`, or `unix:PATH`, so
 * that `parseEndpoint` returns the same endpoint again.
 *
 * - An IPv6 address gets brackets. It's the only kind of hostname with colons.
 * - Hostname, port, and path are written exactly as they are.
 * - The endpoint is valid, so you don't have to check it. Don't change it.
 */
export const formatEndpoint: (endpoint: Endpoint) => string = todo(
  "1.2 formatEndpoint",
);
