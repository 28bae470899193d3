/**
 * Your answers to lesson 1.
 *
 * Put your code in the place of each line with `todo(…)`, save, and run
 *
 *     deno task check 1
 *
 * Keep the lines with the numbers: `deno task reset 1.1` goes by them.
 *
 * `Endpoint` is one of these two, so a look at `protocol` tells which:
 *
 *     { protocol: "tcp" | "udp", hostname: string, port: number }
 *     { protocol: "unix", path: string }
 */
import type { Endpoint } from "../../lib/net/endpoint.ts";
import { todo } from "../../lib/workbook/kit/mod.ts";

// ---- 1.1 parseEndpoint ------------------------------------------------------

/**
 * Reads an endpoint in its written form: `tcp://HOST:PORT`, `udp://HOST:PORT`
 * or `unix:PATH`. HOST is a name, an IPv4 address, or an IPv6 address in
 * brackets, which the result does not have. PORT is digits and nothing else,
 * from 0 to 65535. PATH is all that follows, be it blanks or line breaks. HOST
 * and PATH stay as they are written, and neither is empty. For anything else it
 * throws a TypeError.
 *
 *     export function parseEndpoint(text: string): Endpoint {
 *     }
 */
export const parseEndpoint: (text: string) => Endpoint = todo(
  "1.1 parseEndpoint",
);

// ---- 1.2 formatEndpoint -----------------------------------------------------

/**
 * Writes an endpoint, so that `parseEndpoint` reads the same one back. A hostname
 * that is an IPv6 address gets brackets; it is the only kind with colons in it.
 * Everything else is written as it is, and the endpoint itself is not changed.
 *
 *     export function formatEndpoint(endpoint: Endpoint): string {
 *     }
 */
export const formatEndpoint: (endpoint: Endpoint) => string = todo(
  "1.2 formatEndpoint",
);
