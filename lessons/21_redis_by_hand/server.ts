/** A server that speaks RESP on TCP sockets: the parts of lib put together. */
import {
  closeGracefully,
  closeQuietly,
  Deadline,
  readSome,
  serve,
  Turn,
  writeAll,
} from "../../lib/net/mod.ts";
import {
  CommandParser,
  concat,
  encodeReply,
  RespError,
  type RespLimits,
  type RespReply,
} from "../../lib/wire/mod.ts";
import type { CommandStore } from "./types.ts";

/** How a server treats its clients. */
export interface RedisServerOptions {
  /** How large a command may be. */
  limits?: RespLimits;
  /**
   * How long a command may take from its first byte, in milliseconds. It is for
   * the whole of it: whoever sends a byte a second never lets a limit for each
   * read pass.
   *
   * @default 10000
   */
  commandMs?: number;
  /** How long a client may take to read replies. @default 10000 */
  writeMs?: number;
  /** How long a client may stay and say nothing. @default 300000 */
  idleMs?: number;
  /** How many clients there may be at once. @default 4096 */
  maxClients?: number;
  /** Stops the server. */
  signal?: AbortSignal;
  /** Hears how many commands came in one read. */
  onCommands?: (count: number) => void;
  /**
   * Hears of each client that was dropped, with its connection, and of a client
   * that could not be accepted, without one.
   */
  onError?: (error: unknown, conn?: Deno.Conn) => void;
}

/** What a slow client is dropped with. */
export class TooSlow extends Error {
  override name = "TooSlow";
}

/** As much as is collected before it is written, in bytes. */
const BATCH_BYTES = 64 * 1024;

/**
 * Runs commands until the listener is closed, or the signal is aborted.
 *
 * @param listener Where the clients come in.
 * @param store Runs the commands of all clients, one after the other.
 * @param options How clients are treated.
 */
export async function serveRedis(
  listener: Deno.TcpListener,
  store: CommandStore,
  options: RedisServerOptions = {},
): Promise<void> {
  const { maxClients = 4096, signal, onError = () => {} } = options;
  await serve(
    listener,
    (conn) => converse(conn, store, options),
    { limit: maxClients, signal, onError },
  );
}

/** What a client may be too slow in. */
type Phase = "idle" | "command" | "write";

/** All commands on one connection, in their order. */
async function converse(
  conn: Deno.TcpConn,
  store: CommandStore,
  options: RedisServerOptions,
): Promise<void> {
  const { commandMs = 10_000, writeMs = 10_000, idleMs = 300_000 } = options;
  // Each write is a whole batch: to hold it back until the last one has been
  // acknowledged (Nagle's algorithm) would only cost time.
  conn.setNoDelay();
  const parser = new CommandParser(options.limits);
  const buffer = new Uint8Array(16 * 1024);
  // A client that pipelines without end must not keep the others waiting.
  using turn = new Turn();
  const limits = { idle: idleMs, command: commandMs, write: writeMs };
  let phase: Phase | null = null;
  let tooSlow = null as Phase | null;
  using deadline = new Deadline(() => {
    tooSlow = phase;
    closeQuietly(conn);
  });
  function enter(next: Phase | null): void {
    // The rest of a command gets no more time, however often a byte comes.
    if (next === phase && next !== "idle") return;
    phase = next;
    if (next === null) deadline.clear();
    else deadline.within(limits[next]);
  }
  const replies = new Replies(async (bytes) => {
    enter("write");
    await writeAll(conn, bytes);
  });
  try {
    while (true) {
      enter(parser.isBetween ? "idle" : "command");
      const count = await readSome(conn, buffer);
      if (count === null) return parser.end();
      parser.push(buffer.subarray(0, count));
      let commands = 0;
      for (
        let command = parser.next();
        command !== null;
        command = parser.next()
      ) {
        commands++;
        await turn.take();
        // The next command has a time of its own.
        enter(null);
        if (nameOf(command) === "QUIT") {
          await replies.add(OK);
          return await replies.flush();
        }
        await replies.add(housekeeping(command) ?? store.run(command));
      }
      options.onCommands?.(commands);
      // All that came in one read is answered in one write.
      await replies.flush();
    }
  } catch (error) {
    if (tooSlow !== null) {
      throw new TooSlow(`the client was too slow: ${tooSlow}`);
    }
    if (!(error instanceof RespError)) throw error;
    const message = error.message.replace(/[\r\n]/g, " ");
    await replies.add(
      encodeReply({ kind: "error", text: `ERR Protocol error: ${message}` }),
    );
    await replies.flush();
    enter(null);
    await closeGracefully(conn);
    throw error;
  }
}

/** What real clients ask besides the commands of the store. */
function housekeeping(command: Uint8Array[]): Uint8Array | null {
  const name = nameOf(command);
  if (name === "COMMAND") return encodeReply({ kind: "array", items: [] });
  if (name !== "CONFIG" || command.length !== 3) return null;
  if (new TextDecoder().decode(command[1]).toUpperCase() !== "GET") return null;
  // redis-benchmark asks for "save" and "appendonly": nothing is ever saved.
  const value = latin1(command[2]) === "appendonly" ? "no" : "";
  const items: RespReply[] = [
    { kind: "bulk", value: command[2] },
    { kind: "bulk", value: new TextEncoder().encode(value) },
  ];
  return encodeReply({ kind: "array", items });
}

/** Replies on their way out, several in one write. */
class Replies {
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  #parts: Uint8Array[] = [];
  #size = 0;

  constructor(write: (bytes: Uint8Array) => Promise<void>) {
    this.#write = write;
  }

  /** Waits only if there is much: else a client could fill the memory. */
  async add(reply: Uint8Array): Promise<void> {
    this.#parts.push(reply);
    this.#size += reply.length;
    if (this.#size >= BATCH_BYTES) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#size === 0) return;
    const all = concat(this.#parts);
    this.#parts = [];
    this.#size = 0;
    await this.#write(all);
  }
}

function nameOf(command: Uint8Array[]): string {
  return command[0].length > 16 ? "" : latin1(command[0]).toUpperCase();
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

const OK = encodeReply({ kind: "simple", text: "OK" });
