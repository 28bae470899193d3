/** A server that sends back lines, and speaks enough HTTP for curl. */
import {
  closeGracefully,
  readLines,
  writeAll,
  writeLine,
} from "../../lib/net/mod.ts";
import { printable } from "../../lib/show/text.ts";

/** Matches the first line of an HTTP request (RFC 9112, section 3). */
const REQUEST_LINE = /^[A-Z]+ \S+ HTTP\/1\.[01]$/;

/**
 * Serves one client. If its first line is an HTTP request, sends an HTTP
 * response; otherwise, sends back each line.
 *
 * @param conn The connection to the client.
 * @param tell Called with each line, or with the first line of an HTTP request.
 */
export async function answer(
  conn: Deno.Conn,
  tell: (what: string) => void,
): Promise<void> {
  let first: string | undefined;
  for await (const line of readLines(conn)) {
    first ??= line;
    const isHttp = REQUEST_LINE.test(first);
    if (line === first || !isHttp) tell(quoted(line));
    if (!isHttp) {
      await writeLine(conn, line);
    } else if (line === "") {
      // The head of the request is complete. (Lesson 20 does this properly.) A
      // body may follow: closeGracefully() reads it, so the response isn't lost.
      await writeAll(conn, response(first.startsWith("HEAD ")));
      return await closeGracefully(conn);
    }
  }
}

/** Quotes a line for the log, where it must not act on the terminal. */
function quoted(line: string): string {
  return printable(new TextEncoder().encode(line), { max: 60 });
}

/** Makes a complete response. The server closes the connection after it. */
function response(headOnly: boolean): Uint8Array {
  const body = "Hello from a Unix socket: the same HTTP, without a port.\n";
  return new TextEncoder().encode(
    [
      "HTTP/1.1 200 OK",
      "Content-Type: text/plain; charset=utf-8",
      `Content-Length: ${new TextEncoder().encode(body).length}`,
      "Connection: close",
      "",
      headOnly ? "" : body,
    ].join("\r\n"),
  );
}
