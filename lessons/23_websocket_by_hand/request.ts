/** Reads the heads of HTTP requests. A request for an upgrade has no body. */
import { readSome } from "../../lib/net/mod.ts";
import {
  BodyBuffer,
  HttpError,
  type RequestHead,
  RequestParser,
} from "../../lib/wire/mod.ts";

/** Reads the requests on one connection, until it becomes a WebSocket. */
export class HeadReader {
  readonly #conn: Deno.Conn;
  readonly #parser = new RequestParser();
  readonly #buffer = new Uint8Array(4096);
  readonly #read = new BodyBuffer();
  /** The bytes of the last request. */
  bytes: Uint8Array = new Uint8Array();

  /** Starts to read a connection, at the start of a request. */
  constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  /**
   * Whether the client has sent more than its request. Before it has the answer,
   * it can't know whether the next bytes are frames or a request.
   */
  get hasMore(): boolean {
    return !this.#parser.isBetween;
  }

  /**
   * Reads the next request.
   *
   * @returns Its head, or `null` if the client ends its side between two.
   * @throws {HttpError} If it isn't HTTP/1.1, or has a body.
   */
  async readHead(): Promise<RequestHead | null> {
    let head: RequestHead | null = null;
    while (true) {
      const part = this.#parser.next();
      if (part?.kind === "end" && head !== null) {
        this.bytes = this.#read.take();
        return head;
      }
      if (part?.kind === "data") {
        throw new HttpError("a request", 0, "no body", 413);
      }
      if (part?.kind === "head") head = part.head;
      if (part !== null) continue;
      const count = await readSome(this.#conn, this.#buffer);
      if (count === null) {
        this.#parser.end();
        return null;
      }
      const read = this.#buffer.subarray(0, count);
      this.#read.add(read);
      this.#parser.push(read);
    }
  }
}
