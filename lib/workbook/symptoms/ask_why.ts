/** The classes of errors that `deno task why` explains, as sockets throw them. */
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

/** The codes of sockets' errors: some have no class, in `node:net` none has. */
const CODES =
  /^E(ADDR\w+|AFNOSUPPORT|CONN\w+|HOSTUNREACH|INTR|ISCONN|MFILE|MSGSIZE|NETUNREACH|NFILE|NOBUFS|NOTCONN|NOTFOUND|PIPE|TIMEDOUT)$/;

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
  if (typeof code === "string" && CODES.test(code)) {
    return `deno task why ${code}`;
  }
  return CLASSES.has(name) ? `deno task why ${name}` : undefined;
}
