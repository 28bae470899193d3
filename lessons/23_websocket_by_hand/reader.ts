/** Reads messages with the parser of `lib/wire`, as 23.2 does by hand. */
import {
  WebSocketParser,
  type WebSocketParserOptions,
} from "../../lib/wire/mod.ts";
import { WebSocketError } from "../../lib/wire/mod.ts";
import { readSome, type Turn } from "../../lib/net/mod.ts";
import { CloseError } from "./close_error.ts";
import type { Message, MessageReader } from "./types.ts";

/** Options for reading messages. */
export interface ParserReaderOptions extends WebSocketParserOptions {
  /**
   * Lets other clients have their turn between two reads: a message of endless
   * fragments is never complete, so waiting for it must not stop them.
   */
  turn?: Turn;
}

/** Reads the messages of one connection. */
export class ParserReader implements MessageReader {
  readonly #conn: Deno.Conn;
  readonly #parser: WebSocketParser;
  readonly #turn?: Turn;
  readonly #buffer = new Uint8Array(16 * 1024);
  /** How many reads it took so far. */
  reads = 0;

  /** Starts to read a connection, right after the upgrade. */
  constructor(conn: Deno.Conn, options: ParserReaderOptions = {}) {
    this.#conn = conn;
    this.#turn = options.turn;
    this.#parser = new WebSocketParser(options);
  }

  /** Returns the next message or control frame, or `null` at the end. */
  async readMessage(): Promise<Message | null> {
    try {
      while (true) {
        const message = this.#parser.next();
        if (message !== null) return message;
        await this.#turn?.take();
        const count = await readSome(this.#conn, this.#buffer);
        if (count === null) {
          this.#parser.end();
          return null;
        }
        this.reads++;
        this.#parser.push(this.#buffer.subarray(0, count));
      }
    } catch (error) {
      if (!(error instanceof WebSocketError)) throw error;
      if (error.code === 1006) {
        throw new Deno.errors.UnexpectedEof(error.message, { cause: error });
      }
      throw new CloseError(error.code, error.message);
    }
  }
}
