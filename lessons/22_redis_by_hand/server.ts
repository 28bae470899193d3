/** A server that speaks RESP on TCP sockets, made of the parts in `lib`. */
import {
  closeGracefully,
  closeQuietly,
  Deadline,
  type Reader,
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
} from "../../lib/wire/mod.ts";
import { Housekeeping, wordOf } from "./housekeeping.ts";
import { ConnReader } from "./reader.ts";
import type { CommandStore, ReadCommand } from "./types.ts";

/** The server's limits and callbacks. */
export interface RedisServerOptions {
  /** How large a command may be. */
  limits?: RespLimits;
  /**
   * How long a command may take from its first byte, in milliseconds. A timeout
   * for each read would never expire if a client sent a byte per second.
   *
   * @default 10000
   */
  commandMs?: number;
  /** How long a client may take to read replies. @default 10000 */
  writeMs?: number;
  /** How long a client may stay connected without a command. @default 300000 */
  idleMs?: number;
  /** How many clients there may be at once. @default 4096 */
  maxClients?: number;
  /** Stops the server. */
  signal?: AbortSignal;
  /**
   * Reads the commands.
   *
   * @default the parser of `lib/wire`
   */
  readCommand?: ReadCommand;
  /** Called with the commands that arrived in one read. */
  onCommands?: (commands: Uint8Array[][]) => void;
  /**
   * Called for each client that was dropped. There's no `conn` if a client
   * couldn't be accepted.
   */
  onError?: (error: unknown, conn?: Deno.Conn) => void;
}

/** The error for a client that's too slow. */
export class TooSlow extends Error {
  override name = "TooSlow";
}

/** How many commands of one client run before it's the other clients' turn. */
const TURN = 64;

/** How many bytes of replies are collected before they're written. */
const BATCH_BYTES = 64 * 1024;

/**
 * Runs commands until the listener is closed, or the signal is aborted.
 *
 * @param listener The listener that the clients connect to.
 * @param store Runs the commands of all clients, one after the other.
 * @param options The server's limits and callbacks.
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

/** The thing that the client may be too slow with. */
type Phase = "idle" | "command" | "write";

/** Runs the commands of one connection, in order. */
async function converse(
  conn: Deno.TcpConn,
  store: CommandStore,
  options: RedisServerOptions,
): Promise<void> {
  const { commandMs = 10_000, writeMs = 10_000, idleMs = 300_000 } = options;
  // Each write is a whole batch, so it only costs time if TCP holds it back until
  // the last one is acknowledged (Nagle's algorithm).
  conn.setNoDelay();
  const limits = { idle: idleMs, command: commandMs, write: writeMs };
  let phase: Phase | null = null;
  let tooSlow = null as Phase | null;
  using deadline = new Deadline(() => {
    tooSlow = phase;
    closeQuietly(conn);
  });
  function enter(next: Phase | null): void {
    // The timeout is for the whole command, so later bytes don't restart it.
    if (next === phase && next !== "idle") return;
    phase = next;
    if (next === null) deadline.clear();
    else deadline.within(limits[next]);
  }
  const replies = new Replies(async (bytes) => {
    enter("write");
    await writeAll(conn, bytes);
  });
  // Lets other clients have their turn, even if this one pipelines without end.
  using turn = new Turn(TURN);
  const { onCommands } = options;
  const commands: Uint8Array[][] = [];
  const source = readCommands(options, {
    async read(buffer) {
      // All commands from one read get their replies in one write.
      if (commands.length > 0) onCommands?.(commands.splice(0));
      await replies.flush();
      enter(source.isBetween() ? "idle" : "command");
      return await conn.read(buffer);
    },
  });
  const housekeeping = new Housekeeping();
  try {
    while (true) {
      // Awaiting each command would take longer than running it.
      const batch = await source.next();
      if (batch === null) return await replies.flush();
      // The next command gets its own timeout.
      enter(null);
      await turn.take(batch.length);
      for (const command of batch) {
        if (onCommands) commands.push(command);
        const name = wordOf(command[0]);
        replies.add(
          name === "QUIT" ? OK : housekeeping.answer(name, command) ??
            housekeeping.translate(store.run(command)),
        );
        if (name === "QUIT") return await replies.flush();
        // Otherwise, a client could fill the memory with replies.
        if (replies.size >= BATCH_BYTES) await replies.flush();
      }
    }
  } catch (error) {
    if (tooSlow !== null) {
      throw new TooSlow(`the client was too slow: ${tooSlow}`);
    }
    const isProtocol = error instanceof RespError ||
      error instanceof TypeError || error instanceof RangeError;
    if (!isProtocol) throw error;
    const message = error.message.replace(/[\r\n]/g, " ");
    replies.add(
      encodeReply({ kind: "error", text: `ERR Protocol error: ${message}` }),
    );
    await replies.flush();
    enter(null);
    await closeGracefully(conn);
    throw error;
  } finally {
    if (commands.length > 0) onCommands?.(commands);
  }
}

/** A source of commands. */
interface CommandSource {
  /**
   * Returns the next commands, from one up to a turn's worth, or `null` at the
   * end.
   */
  next(): Promise<Uint8Array[][] | null>;
  /** Whether no byte of the next command has arrived yet. */
  isBetween(): boolean;
}

/** Reads commands with the parser of lib, or with an answer to 22.1. */
function readCommands(
  { limits, readCommand }: RedisServerOptions,
  source: Reader,
): CommandSource {
  if (readCommand !== undefined) return readByAnswer(readCommand, source);
  const parser = new CommandParser(limits);
  const buffer = new Uint8Array(16 * 1024);
  return {
    isBetween: () => parser.isBetween,
    async next() {
      while (true) {
        const commands = wholeCommands(parser);
        if (commands.length > 0) return commands;
        const count = await readSome(source, buffer);
        if (count === null) {
          parser.end();
          return null;
        }
        parser.push(buffer.subarray(0, count));
      }
    },
  };
}

/** Returns the commands that have arrived, but no more than a turn's worth. */
function wholeCommands(parser: CommandParser): Uint8Array[][] {
  const commands: Uint8Array[][] = [];
  try {
    while (commands.length < TURN) {
      const command = parser.next();
      if (command === null) break;
      commands.push(command);
    }
  } catch (error) {
    // Reply to the commands before the error first. The parser throws it again.
    if (commands.length === 0) throw error;
  }
  return commands;
}

function readByAnswer(
  readCommand: ReadCommand,
  source: Reader,
): CommandSource {
  let isBetween = true;
  const reader = new ConnReader({
    async read(buffer) {
      const count = await source.read(buffer);
      isBetween = false;
      return count;
    },
  });
  return {
    isBetween: () => isBetween,
    async next() {
      const command = await readCommand(reader);
      isBetween = true;
      return command && [command];
    },
  };
}

/** Collects replies, to send several in one write. */
class Replies {
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  #parts: Uint8Array[] = [];
  #size = 0;

  constructor(write: (bytes: Uint8Array) => Promise<void>) {
    this.#write = write;
  }

  /** How many bytes are waiting to be written. */
  get size(): number {
    return this.#size;
  }

  add(reply: Uint8Array): void {
    this.#parts.push(reply);
    this.#size += reply.length;
  }

  async flush(): Promise<void> {
    if (this.#size === 0) return;
    const all = concat(this.#parts);
    this.#parts = [];
    this.#size = 0;
    await this.#write(all);
  }
}

const OK = encodeReply({ kind: "simple", text: "OK" });
