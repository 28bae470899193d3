/** A server that sends lines back, and speaks enough HTTP for curl. */
import {
  closeGracefully,
  readLines,
  writeAll,
  writeLine,
} from "../../lib/net/mod.ts";

/** What the first line of an HTTP request looks like (RFC 9112, section 3). */
const REQUEST_LINE = /^[A-Z]+ \S+ HTTP\/1\.[01]$/;

/**
 * Talks to one client: an HTTP answer if its first line asks for one, and
 * otherwise each line back.
 *
 * @param conn The client.
 * @param tell Hears what it asks for.
 */
export async function answer(
  conn: Deno.Conn,
  tell: (what: string) => void,
): Promise<void> {
  let first: string | undefined;
  for await (const line of readLines(conn)) {
    first ??= line;
    const isHttp = REQUEST_LINE.test(first);
    if (line === first || !isHttp) tell(JSON.stringify(line));
    if (!isHttp) {
      await writeLine(conn, line);
    } else if (line === "") {
      // The request's head is whole. Lesson 20 does all of this properly. A
      // body may follow: closeGracefully() reads it, so that the answer is not lost.
      await writeAll(conn, response(first.startsWith("HEAD ")));
      return await closeGracefully(conn);
    }
  }
}

/** A whole response; the end of the connection is its end too. */
function response(headOnly: boolean): Uint8Array {
  const body = "Hello from a Unix socket: the same HTTP, and no port.\n";
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
