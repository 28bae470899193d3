/** A client for the demonstrations and the tests: commands out, replies in. */
import {
  connectTcp,
  type ConnectTcpOptions,
  readSome,
  writeAll,
} from "../../lib/net/mod.ts";
import { concat, decodeReply, encodeCommand } from "../../lib/wire/mod.ts";

/** One connection to a server that speaks RESP. */
export class RedisClient {
  /** The connection; its owner closes it. */
  readonly conn: Deno.Conn;
  readonly #buffer = new Uint8Array(16 * 1024);
  #pending: Uint8Array = new Uint8Array(0);

  constructor(conn: Deno.Conn) {
    this.conn = conn;
  }

  static async connect(
    port: number,
    options: ConnectTcpOptions = {},
  ): Promise<RedisClient> {
    return new RedisClient(await connectTcp(port, options));
  }

  /** Sends commands in one write, and returns the reply to each. */
  async ask(...commands: string[][]): Promise<Uint8Array[]> {
    const pieces = commands.flatMap((command) => [...encodeCommand(command)]);
    await writeAll(this.conn, Uint8Array.from(pieces));
    const replies: Uint8Array[] = [];
    for (const _ of commands) replies.push(await this.reply());
    return replies;
  }

  /** Reads one reply, and returns its bytes. */
  async reply(): Promise<Uint8Array> {
    while (true) {
      const decoded = decodeReply(this.#pending);
      if (decoded !== null) {
        const reply = this.#pending.slice(0, decoded.end);
        this.#pending = this.#pending.subarray(decoded.end);
        return reply;
      }
      const count = await readSome(this.conn, this.#buffer);
      if (count === null) {
        throw new Deno.errors.UnexpectedEof("Cannot read a reply: the end");
      }
      this.#pending = concat([this.#pending, this.#buffer.subarray(0, count)]);
    }
  }

  [Symbol.dispose](): void {
    this.conn[Symbol.dispose]();
  }
}
