/** An HTTP/1.1 server on TCP sockets, made of the parts in `lib`. */
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
  BodyBuffer,
  type BodyFraming,
  expectsContinue,
  fieldValue,
  HttpError,
  type HttpEvent,
  type HttpLimits,
  keepsAlive,
  type RequestHead,
  RequestParser,
} from "../../lib/wire/mod.ts";
import {
  type Answer,
  encodeAnswer,
  encodeStream,
  plainAnswer,
} from "./answer.ts";
import { Output } from "./output.ts";

/** The request that a handler receives. */
export interface Incoming {
  /** The head of the request. */
  head: RequestHead;
  /**
   * Reads the body. If the client waits for `100 Continue`, this sends it, so
   * call it only if you want the body.
   */
  body(): Promise<Uint8Array>;
}

/** Answers one request. */
export type Handler = (request: Incoming) => Answer | Promise<Answer>;

/** One answer, for the server's log. */
export interface Answered {
  /** The request; `null` if it couldn't be read. */
  head: RequestHead | null;
  /** The status. */
  status: number;
  /** Why the client doesn't get what it asked for. */
  why?: string;
}

/** The server's limits and callbacks. */
export interface HttpServerOptions {
  /** How large a request may be. */
  limits?: HttpLimits;
  /**
   * How long a head may take from its first byte, in milliseconds. A timeout
   * for each read would never expire if a client sent a byte per second.
   *
   * @default 10000
   */
  headMs?: number;
  /** The same for a body. @default 30000 */
  bodyMs?: number;
  /** How long a client may stay connected without a request. @default 30000 */
  idleMs?: number;
  /** How long a client may take to read an answer. @default 30000 */
  writeMs?: number;
  /** How many clients there may be at once. @default 4096 */
  maxClients?: number;
  /** Stops the server. */
  signal?: AbortSignal;
  /** Called for each answer. */
  onAnswer?: (answered: Answered) => void;
  /**
   * Called for each client that was too slow or broke off, and for each handler
   * that failed. There's no `conn` if a client couldn't be accepted.
   */
  onError?: (error: unknown, conn?: Deno.Conn) => void;
}

/** The error for a client that's too slow. */
export class TooSlow extends Error {
  override name = "TooSlow";
}

/**
 * Answers requests until the listener is closed, or the signal is aborted.
 *
 * @param listener The listener that the clients connect to.
 * @param handler Answers one request.
 * @param options The server's limits and callbacks.
 */
export async function serveHttp(
  listener: Deno.TcpListener,
  handler: Handler,
  options: HttpServerOptions = {},
): Promise<void> {
  const { maxClients = 4096, signal, onError = () => {} } = options;
  await serve(
    listener,
    (conn) => {
      // A stream takes several writes. Without this, the second one waits for
      // the ACK of the first, which the client delays by 40 ms: three chunks
      // took 44 ms instead of 0.06. An answer of one write takes the same time
      // either way.
      conn.setNoDelay();
      return new Conversation(conn, handler, options).run();
    },
    { limit: maxClients, signal, onError },
  );
}

/**
 * The thing that the client may be too slow with; `handler` if it isn't its
 * turn.
 */
type Phase = "idle" | "head" | "body" | "write" | "handler";

/** How many bytes of answers are collected before they're written. */
const BATCH_BYTES = 64 * 1024;

/** Answers the requests on one connection, one after the other. */
class Conversation {
  readonly #conn: Deno.Conn;
  readonly #handler: Handler;
  readonly #options: HttpServerOptions;
  readonly #parser: RequestParser;
  readonly #buffer = new Uint8Array(16 * 1024);
  readonly #deadline = new Deadline(() => this.#giveUp());
  /**
   * Lets other clients have their turn, even if this one pipelines without end.
   */
  readonly #turn = new Turn(32);
  #phase: Phase = "handler";
  /** The request that hasn't been answered yet. */
  #head: RequestHead | null = null;
  #givingUp?: Promise<void>;
  #isBroken = false;
  /** Answers to pipelined requests wait here, and go out together. */
  readonly #output = new Output();

  constructor(conn: Deno.Conn, handler: Handler, options: HttpServerOptions) {
    this.#conn = conn;
    this.#handler = handler;
    this.#options = options;
    this.#parser = new RequestParser(options.limits);
  }

  async run(): Promise<void> {
    try {
      while (true) {
        const event = await this.#next("idle");
        if (event === null) return await this.#flush();
        if (event.kind !== "head") continue;
        this.#enter("handler");
        const { head, framing } = event;
        this.#head = head;
        if (!await this.#answerTo(head, framing)) {
          return await this.#closeGracefully();
        }
      }
    } catch (error) {
      if (this.#givingUp !== undefined) {
        throw new TooSlow(`the client was too slow: ${this.#phase}`);
      }
      if (!(error instanceof HttpError)) throw error;
      // We can't know where the next request starts: answer this one, and
      // close.
      const answer = plainAnswer(error.status, error.message);
      await this.#send(answer, this.#head, true);
      await this.#closeGracefully();
    } finally {
      this.#deadline[Symbol.dispose]();
      this.#turn[Symbol.dispose]();
      await this.#givingUp;
    }
  }

  /**
   * Returns the next part of a request; `null` if the client ends between two.
   */
  async #next(phase: Phase): Promise<HttpEvent<RequestHead> | null> {
    let event = this.#parser.next();
    while (event === null) {
      // Send the answers that are ready before waiting for more.
      await this.#flush();
      this.#enter(
        phase === "idle" && !this.#parser.isBetween ? "head" : phase,
      );
      const count = await this.#read();
      if (count === null) return this.#parser.end();
      this.#parser.push(this.#buffer.subarray(0, count));
      event = this.#parser.next();
    }
    // Chunks count, too: a client can send any number of them, of a byte each.
    await this.#turn.take(event.kind === "head" ? 1 : 1 / 16);
    return event;
  }

  async #read(): Promise<number | null> {
    try {
      return await readSome(this.#conn, this.#buffer);
    } catch (error) {
      this.#isBroken = true;
      throw error;
    }
  }

  /** Answers one request, and says whether another one may follow. */
  async #answerTo(head: RequestHead, framing: BodyFraming): Promise<boolean> {
    let reading: Promise<Uint8Array> | undefined;
    const hasBody = framing.kind === "length"
      ? framing.size > 0
      : framing.kind !== "none";
    const waits = hasBody && expectsContinue(head);
    const readBody = () => this.#readBody(waits);
    const answer = await this.#handle({
      head,
      body() {
        reading ??= readBody();
        // A handler may start to read the body and never await it.
        reading.catch(() => {});
        return reading;
      },
    });
    // If the handler didn't read the whole body, the rest may still come, and
    // it can't be told from the next request.
    const wasRead = reading === undefined
      ? !hasBody
      : await reading.then(() => true, () => false);
    const closes = !wasRead || !keepsAlive(head);
    return await this.#send(answer, head, closes);
  }

  async #handle(request: Incoming): Promise<Answer> {
    const { head } = request;
    const expected = fieldValue(head.fields, "expect");
    if (expected !== null && head.version === "1.1" && !expectsContinue(head)) {
      return plainAnswer(417, "an Expect that isn't 100-continue");
    }
    try {
      return await this.#handler(request);
    } catch (error) {
      if (error instanceof HttpError || this.#isBroken) throw error;
      this.#options.onError?.(error, this.#conn);
      return plainAnswer(500, "the handler failed");
    }
  }

  async #readBody(clientWaits: boolean): Promise<Uint8Array> {
    // A body that's too large fails here, before the client is told to send it.
    let event = this.#parser.next();
    if (event === null && clientWaits) this.#output.addText(CONTINUE);
    event ??= await this.#next("body");
    const body = new BodyBuffer();
    while (event?.kind === "data") {
      body.add(event.data);
      event = await this.#next("body");
    }
    this.#enter("handler");
    return body.take();
  }

  async #send(
    answer: Answer,
    head: RequestHead | null,
    closes: boolean,
  ): Promise<boolean> {
    const encoded = encodeAnswer(answer, head, closes);
    this.#output.addText(encoded.headText);
    await this.#write(encoded.body);
    if (encoded.stream !== null) {
      for await (const piece of encodeStream(encoded.stream, head!)) {
        this.#output.add(piece);
        await this.#flush();
      }
    }
    const { status, why } = answer;
    this.#head = null;
    this.#options.onAnswer?.({ head, status, why });
    return !closes && !encoded.mustClose;
  }

  /** Writes a body together with other answers, or at once if it is large. */
  async #write(body: Uint8Array): Promise<void> {
    if (this.#output.length + body.length < BATCH_BYTES) {
      return this.#output.add(body);
    }
    await this.#flush();
    this.#enter("write");
    await writeAll(this.#conn, body);
    this.#enter("handler");
  }

  async #flush(): Promise<void> {
    if (this.#output.length === 0) return;
    this.#enter("write");
    await writeAll(this.#conn, this.#output.take());
    this.#enter("handler");
  }

  async #closeGracefully(): Promise<void> {
    await this.#flush();
    await closeGracefully(this.#conn);
  }

  /** Starts the timeout of a phase, unless that phase has started already. */
  #enter(phase: Phase): void {
    if (phase === this.#phase) return;
    this.#phase = phase;
    if (phase === "handler") return this.#deadline.clear();
    const { headMs = 10_000, bodyMs = 30_000 } = this.#options;
    const { idleMs = 30_000, writeMs = 30_000 } = this.#options;
    const limits = { idle: idleMs, head: headMs, body: bodyMs, write: writeMs };
    this.#deadline.within(limits[phase]);
  }

  /** Drops the client: only a close ends a pending read or write. */
  #giveUp(): void {
    this.#givingUp = (async () => {
      if (this.#phase === "head" || this.#phase === "body") {
        await this.#sayTooSlow();
      }
      closeQuietly(this.#conn);
    })();
  }

  /** Sends 408. A read is pending, so everything before it has been written. */
  async #sayTooSlow(): Promise<void> {
    const why = `too slow with a ${this.#phase}`;
    const answer = plainAnswer(408, why);
    const { headText, body } = encodeAnswer(answer, this.#head, true);
    const output = new Output();
    output.addText(headText);
    output.add(body);
    const enough = Promise.withResolvers<void>();
    const timer = setTimeout(() => enough.resolve(), 1000);
    try {
      await Promise.race([
        writeAll(this.#conn, output.take()),
        enough.promise,
      ]);
      this.#options.onAnswer?.({ head: this.#head, status: 408, why });
    } catch {
      // The client is gone already.
    } finally {
      clearTimeout(timer);
    }
  }
}

const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";
