/**
 * One chat room for two kinds of members: browsers over WebSocket, and programs
 * such as `nc` that send lines over TCP.
 */
import {
  closeGracefully,
  closeQuietly,
  Deadline,
  readLines,
  SendQueue,
  serve,
  Turn,
  writeAll,
} from "../../lib/net/mod.ts";
import {
  concat,
  encodeResponseHead,
  fieldValue,
  HttpError,
  type HttpField,
  keepsAlive,
  type RequestHead,
} from "../../lib/wire/mod.ts";
import { escapeControls } from "../../lib/show/escape_controls.ts";
import { Hub, type Member } from "./hub.ts";
import { mayConnect } from "./origin.ts";
import { RESOURCES } from "./page.ts";
import { ParserReader } from "./reader.ts";
import { HeadReader } from "./request.ts";
import { acceptUpgrade, ServerSocket } from "./solution.ts";
import type {
  AcceptUpgrade,
  FrameReaderClass,
  ServerSocketClass,
  WebSocketEnd,
} from "./types.ts";

/** The longest message or line of a member, in bytes. */
const MAX_LINE_BYTES = 64 * 1024;
/** How many clients there may be on each port at once. */
const MAX_CLIENTS = 1000;

/** The options of a chat room. */
export interface ChatServerOptions {
  /** The listener for programs that send lines. */
  lineListener: Deno.TcpListener;
  /**
   * How long a request may take to arrive and to be answered, in milliseconds.
   *
   * @default 10000
   */
  requestMs?: number;
  /** Stops the server. */
  signal?: AbortSignal;
  /** Called with one line about each event. */
  onNote?: (text: string) => void;
  /** Called with each failure of the server, not with those of its members. */
  onError?: (error: unknown, conn?: Deno.Conn) => void;
  /** An answer to 23.1. @default the solution */
  acceptUpgrade?: AcceptUpgrade;
  /** An answer to 23.2. @default the parser of `lib/wire` */
  FrameReader?: FrameReaderClass;
  /** An answer to 23.4. @default the solution */
  ServerSocket?: ServerSocketClass;
}

/**
 * Serves a chat room until the signal is aborted.
 *
 * @param listener The listener for browsers.
 * @param options The other listener, and what to use.
 * @returns The room, with the number of lines that were said.
 */
export async function serveChat(
  listener: Deno.TcpListener,
  options: ChatServerOptions,
): Promise<Hub> {
  const { lineListener, signal, onError } = options;
  const room = new ChatServer(listener.addr.port, options);
  const clients = { limit: MAX_CLIENTS, onError };
  signal?.addEventListener("abort", () => {
    closeQuietly(listener);
    closeQuietly(lineListener);
    room.stop();
  }, { once: true });
  await Promise.all([
    serve(listener, (conn) => room.converse(conn), clients),
    serve(lineListener, (conn) => room.lines(conn), clients),
  ]);
  return room.hub;
}

class ChatServer {
  readonly hub = new Hub();
  readonly #port: number;
  readonly #options: ChatServerOptions;
  readonly #acceptUpgrade: AcceptUpgrade;
  readonly #FrameReader: FrameReaderClass;
  readonly #ServerSocket: ServerSocketClass;
  readonly #sockets = new Set<WebSocketEnd>();
  /** Connections that aren't WebSockets. */
  readonly #others = new Set<Deno.Conn>();
  #guests = 0;

  constructor(port: number, options: ChatServerOptions) {
    this.#port = port;
    this.#options = options;
    this.#acceptUpgrade = options.acceptUpgrade ?? acceptUpgrade;
    this.#FrameReader = options.FrameReader ?? ParserReader;
    this.#ServerSocket = options.ServerSocket ?? ServerSocket;
  }

  /** Sends each browser a Close frame, and drops the other connections. */
  stop(): void {
    for (const socket of this.#sockets) socket.close(1001, "the room closes");
    for (const conn of this.#others) closeQuietly(conn);
  }

  /** Serves a member that sends lines. */
  async lines(conn: Deno.TcpConn): Promise<void> {
    this.#others.add(conn);
    const queue = new SendQueue(conn);
    const member = this.#member("over TCP", {
      send: (line) => queue.send(new TextEncoder().encode(`${line}\n`)),
      drop: () => queue.drop(),
    });
    let how = "left";
    try {
      const lines = readLines(conn, { maxBytes: MAX_LINE_BYTES });
      using turn = new Turn();
      for await (const line of lines) {
        await turn.take();
        this.hub.say(member, line);
      }
    } catch (error) {
      how = `is gone: ${error}`;
    }
    this.#leave(member, how);
    this.#others.delete(conn);
    queue.drop();
    await queue.ended;
  }

  /**
   * Answers requests until one of them turns the connection into a WebSocket.
   */
  async converse(conn: Deno.TcpConn): Promise<void> {
    this.#others.add(conn);
    const { requestMs = 10_000 } = this.#options;
    using deadline = new Deadline(() => closeQuietly(conn));
    using turn = new Turn();
    const reader = new HeadReader(conn);
    try {
      while (true) {
        deadline.within(requestMs);
        await turn.take();
        const head = await reader.readHead();
        if (head === null) return;
        // A client can't send frames before it has the answer, so no bytes may
        // follow the request.
        if (reader.hasMore && pathOf(head) === "/chat") {
          throw new HttpError("a request", 0, "nothing after it");
        }
        // The answer to HEAD has no body, but ours has one: close after it.
        const stays = keepsAlive(head) && head.method === "GET";
        const closes = stays ? [] : [CLOSES];
        if (pathOf(head) !== "/chat") {
          await writeAll(conn, resourceFor(head, closes));
        } else if (await this.#upgrade(conn, head, closes)) {
          deadline.clear();
          this.#others.delete(conn);
          return await this.#talk(conn);
        }
        if (!stays) return await closeGracefully(conn);
      }
    } catch (error) {
      if (!(error instanceof HttpError)) {
        if (this.#options.signal?.aborted || isGone(error)) return;
        throw error;
      }
      await writeAll(conn, plain(error.status, [CLOSES]));
      await closeGracefully(conn);
    } finally {
      this.#others.delete(conn);
    }
  }

  /** Answers a request for a WebSocket, and returns whether it's open now. */
  async #upgrade(
    conn: Deno.TcpConn,
    head: RequestHead,
    closes: HttpField[],
  ): Promise<boolean> {
    const origin = fieldValue(head.fields, "origin");
    if (!mayConnect(origin, this.#port)) {
      this.#note(`a page from ${JSON.stringify(origin)} got 403`);
      await writeAll(conn, plain(403, closes));
      return false;
    }
    const { status, headers } = await this.#acceptUpgrade({
      method: head.method,
      headers: head.fields.map(({ name, value }) => [name, value]),
    });
    const fields = Object.entries(headers)
      .map(([name, value]) => ({ name, value }));
    if (status !== 101) {
      this.#note(`a request for a WebSocket got ${status}`);
      const others = fields.filter(({ name }) => !/^connection$/i.test(name));
      const connection = [...closes, { name: "Connection", value: "Upgrade" }];
      await writeAll(conn, plain(status, [...others, ...connection]));
      return false;
    }
    await writeAll(conn, encodeResponseHead({ status, fields }));
    return true;
  }

  /** Serves a member that sends messages. */
  async #talk(conn: Deno.TcpConn): Promise<void> {
    // Lets other clients have their turn, even if this one sends without end.
    using turn = new Turn();
    const options = { maxBytes: MAX_LINE_BYTES, turn };
    const all = new this.#FrameReader(conn, options);
    const reader = {
      async readMessage() {
        await turn.take();
        return await all.readMessage();
      },
    };
    const socket = new this.#ServerSocket(conn, reader);
    this.#sockets.add(socket);
    if (this.#options.signal?.aborted) socket.close(1001, "the room closes");
    const member = this.#member("over WebSocket", {
      send: (line) => socket.send(line),
      drop: () => closeQuietly(conn),
    });
    let how = "is gone";
    try {
      const { code, reason } = await socket.run((message) => {
        if (message.kind === "text") this.hub.say(member, message.text);
        else socket.close(1003, "text only");
      });
      how = `left with ${code}`;
      if (reason !== "") how += ` ${JSON.stringify(reason)}`;
    } finally {
      this.#sockets.delete(socket);
      this.#leave(member, how);
    }
  }

  #member(how: string, member: Pick<Member, "send" | "drop">): Member {
    const named = { name: `guest${++this.#guests}`, ...member };
    this.hub.join(named);
    this.#note(`${named.name} is here ${how}`);
    return named;
  }

  #leave(member: Member, how: string): void {
    this.hub.leave(member, how);
    if (this.#options.signal?.aborted) return;
    this.#note(`${member.name} ${how}; ${this.hub.size} in the room`);
  }

  #note(text: string): void {
    this.#options.onNote?.(escapeControls(text));
  }
}

const CLOSES: HttpField = { name: "Connection", value: "close" };

/** The page and its script may load nothing from elsewhere. */
const POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'";

function pathOf({ target }: RequestHead): string {
  return target.split("?", 1)[0];
}

function resourceFor(head: RequestHead, closes: HttpField[]): Uint8Array {
  const found = RESOURCES.get(pathOf(head));
  if (found === undefined) return plain(404, closes);
  if (head.method !== "GET") {
    return plain(405, [{ name: "Allow", value: "GET" }, ...closes]);
  }
  return response(200, found.body, [
    { name: "Content-Type", value: found.type },
    { name: "Content-Security-Policy", value: POLICY },
    { name: "X-Content-Type-Options", value: "nosniff" },
    ...closes,
  ]);
}

function plain(status: number, fields: HttpField[]): Uint8Array {
  const type = { name: "Content-Type", value: "text/plain; charset=utf-8" };
  return response(status, `${status}\n`, [type, ...fields]);
}

function response(
  status: number,
  body: string,
  fields: HttpField[],
): Uint8Array {
  const data = new TextEncoder().encode(body);
  const length = { name: "Content-Length", value: String(data.length) };
  return concat([
    encodeResponseHead({ status, fields: [length, ...fields] }),
    data,
  ]);
}

/**
 * Whether the client left in the middle, which isn't a failure of the server.
 */
function isGone(error: unknown): boolean {
  return [
    Deno.errors.ConnectionReset,
    Deno.errors.BrokenPipe,
    Deno.errors.Interrupted,
    Deno.errors.BadResource,
  ].some((Gone) => error instanceof Gone);
}
