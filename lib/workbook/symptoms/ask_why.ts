/** The classes of errors that sockets throw, and that `why` knows by name. */
const CLASSES = new Set([
  "AddrInUse",
  "AddrNotAvailable",
  "BadResource",
  "BrokenPipe",
  "Busy",
  "ConnectionAborted",
  "ConnectionRefused",
  "ConnectionReset",
  "Interrupted",
  "NetworkUnreachable",
  "NotConnected",
  "TimedOut",
  "TimeoutError",
  "UnexpectedEof",
]);

/** The codes of errors that have no class. */
const CODES = new Set([
  "EAFNOSUPPORT",
  "EHOSTUNREACH",
  "EISCONN",
  "EMFILE",
  "EMSGSIZE",
  "ENFILE",
  "ENOBUFS",
  "ENOTFOUND",
]);

/**
 * Names the command that explains an error of a socket.
 *
 * @param error What was thrown.
 * @returns For example `deno task why ECONNRESET`, or `undefined` if sockets
 * don't throw such an error.
 *
 * @example An error of a socket, and another one
 * ```ts
 * import { askWhy } from "./ask_why.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   askWhy(new Deno.errors.BrokenPipe("Broken pipe (os error 32)")),
 *   "deno task why BrokenPipe",
 * );
 * assertEquals(askWhy(new RangeError("too long")), undefined);
 * ```
 */
export function askWhy(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { name, code } = error as Error & { code?: unknown };
  const hasCode = typeof code === "string" && /^E[A-Z]+$/.test(code);
  if (CLASSES.has(name)) return `deno task why ${hasCode ? code : name}`;
  return hasCode && (CODES.has(code) || isKnown(code))
    ? `deno task why ${code}`
    : undefined;
}

/** Errors of `node:net` have the code, and no class of their own. */
function isKnown(code: string): boolean {
  return /^E(CONN\w+|ADDR\w+|PIPE|TIMEDOUT|NETUNREACH|NOTCONN)$/.test(code);
}
