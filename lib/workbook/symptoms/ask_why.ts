/** The classes of socket errors that `deno task why` explains. */
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

/**
 * The codes of socket errors: some have no class, and those of `node:net` never
 * do.
 */
const CODES =
  /^E(ADDR\w+|AFNOSUPPORT|CONN\w+|HOSTUNREACH|INTR|ISCONN|MFILE|MSGSIZE|NETUNREACH|NFILE|NOBUFS|NOTCONN|NOTFOUND|PIPE|TIMEDOUT)$/;

/**
 * Returns the command that explains a socket error.
 *
 * @param error The thrown value.
 * @returns The command, such as `deno task why ECONNRESET`, or `undefined` if
 * sockets don't throw such an error.
 *
 * @example A socket's error, and another error
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
