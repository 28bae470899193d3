/** Calls an answer to 19.1, and checks what each call leaves behind. */
import {
  asViews,
  awaited,
  copyOf,
  differenceAt,
  PROBES,
  requireBytes,
  shown,
  SlowRemove,
  TimerWatch,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { AskLocal } from "../types.ts";

/** Headings in the README. */
export const WAITS = "When the queue is full";
export const PROMISES = "What each promises";

/** Long enough for an answer on a busy machine, in milliseconds. */
export const PLENTY_MS = 60_000;

/** How a question is asked. */
export interface AskOptions {
  /** @default {PLENTY_MS} */
  timeoutMs?: number;
  /** Whether the question is a view into a larger buffer. */
  isView?: boolean;
}

/** The result of a call. */
export interface AskResult {
  value?: Uint8Array;
  error?: unknown;
}

/** A socket of the check. */
export interface Peer {
  socket: Deno.DatagramConn;
  path: string;
}

/** Calls an answer, and checks what each call leaves behind. */
export class AskRun implements Disposable {
  readonly trial: Trial;
  /** The server's path, the client's own, and those of other senders. */
  readonly paths: { server: string; own: string; strangers: string[] };
  readonly #askLocal: AskLocal;
  readonly #timers = new TimerWatch();
  readonly #remove = new SlowRemove();
  readonly #listen = Deno.listenDatagram;
  /** The sockets that the answer has opened and not closed. */
  readonly #open = new Set<Deno.DatagramConn>();

  /** Starts to watch. Dispose of it when you're done. */
  constructor(askLocal: AskLocal, trial: Trial, folder: string) {
    const server = `${folder}/ask.sock`;
    // They look a little like the server's.
    const strangers = [`${folder}/not_ask.sock`, `${server}.too`];
    this.paths = { server, own: `${server}.me`, strangers };
    this.trial = trial;
    this.#askLocal = askLocal;
    Deno.listenDatagram = this.#listenWatched.bind(this);
  }

  [Symbol.dispose](): void {
    Deno.listenDatagram = this.#listen;
    this.#remove[Symbol.dispose]();
    this.#timers.close();
  }

  /** The timers that the answer has started so far, in milliseconds. */
  get timersStarted(): number[] {
    return this.#timers.started;
  }

  /**
   * Whether the answer has stopped waiting for a message: it has closed its
   * socket, or started to remove its path.
   */
  get hasGivenUp(): boolean {
    return this.#open.size === 0 || this.#remove.isUnderWay;
  }

  /** Opens a socket of the check, as a server or as another sender. */
  bind(path: string): Peer {
    const socket = this.#listen({ transport: "unixpacket", path });
    return { socket: this.trial.use(socket), path };
  }

  /** Asks a question. Never rejects, except with a verdict. */
  async ask(
    question: Uint8Array,
    { timeoutMs = PLENTY_MS, isView = false }: AskOptions = {},
  ): Promise<AskResult> {
    const { server } = this.paths;
    const had = exists(server);
    const given = [question, { timeoutMs }] as const;
    const [bytes, options] = isView ? asViews(given) : copyOf(given);
    const result = await this.#call(server, bytes, options);
    this.#requireTidy(result, had);
    if (differenceAt([bytes, options], given, { exact: true }) !== undefined) {
      this.trial.fail({
        ...PROBES.inputs("askLocal()"),
        expected: shown(given),
        received: shown([bytes, options]),
      });
    }
    return result;
  }

  #listenWatched(options: object): Deno.DatagramConn {
    const socket = this.#listen(
      options as Deno.UnixListenOptions & { transport: "unixpacket" },
    );
    const [send, close] = [socket.send, socket.close];
    this.#open.add(socket);
    return this.trial.use(Object.assign(socket, {
      send: (bytes: Uint8Array, to: Deno.Addr) => {
        requireBytes("socket.send", bytes);
        return awaited("socket.send", send.call(socket, bytes, to));
      },
      close: () => {
        this.#open.delete(socket);
        close.call(socket);
      },
    }));
  }

  async #call(...args: Parameters<AskLocal>): Promise<AskResult> {
    try {
      return { value: await this.#askLocal(...args) };
    } catch (error) {
      return { error };
    }
  }

  #requireTidy({ error }: AskResult, hadServer: boolean): void {
    const { trial, paths } = this;
    if (hadServer && !exists(paths.server)) {
      trial.fail({
        problem: "The server's path is gone.",
        likely: "Remove your own path, which ends with `.me`. Without the " +
          "server's, no client finds the server.",
      });
    }
    if (exists(paths.own) && !(error instanceof Deno.errors.AddrInUse)) {
      trial.fail({
        problem: "The client's own path is still there.",
        likely: error instanceof Deno.errors.BadResource
          ? "Your finally block ended early: it closed a socket that was " +
            "already closed, so close() threw BadResource, and the lines after " +
            "it never ran. Close the socket in one place only."
          : this.#remove.isUnderWay
          ? "Deno.remove() returns a promise, and you don't wait for it: " +
            "`await` it, or call Deno.removeSync()."
          : "close() doesn't remove the file of a datagram socket, so the next " +
            "call gets AddrInUse. Remove it in a finally block, which runs " +
            "after an answer, after an error, and after the timeout.",
      });
    }
    if (this.#open.size > 0) {
      trial.fail({
        problem: "Your socket is still open.",
        likely: "Close it in the finally block, after an answer, after an " +
          "error, and after the timeout.",
      });
    }
    if (this.#timers.runningCount > 0) {
      const when = error === undefined
        ? "The answer arrived"
        : `The call threw ${error instanceof Error ? error.name : error}`;
      trial.fail({
        problem: `${when}, and a timer is still running.`,
        likely:
          "A program can't end while a timer is running. Stop it in the " +
          "finally block: clearTimeout(timer).",
        read: WAITS,
      });
    }
  }
}

/**
 * Closes a peer's socket, and removes its path. After a failure, the trial does
 * that, so it can't make the rest of the answer fail.
 */
export function end(...peers: Peer[]): void {
  for (const { socket, path } of peers) {
    socket.close();
    Deno.removeSync(path);
  }
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
