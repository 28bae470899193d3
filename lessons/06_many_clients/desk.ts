/** A handler that the check holds in its hand, and clients that meet it. */
import {
  connectTcp,
  listenTcp,
  readExact,
  writeAll,
} from "../../lib/net/mod.ts";
import {
  Collector,
  type ShortConn,
  ShortListener,
  type Trial,
} from "../../lib/workbook/kit/mod.ts";
import { connectLeaver, type Leaver } from "./leaver.ts";

/** One call of the handler. It lasts until the check ends it. */
export interface Visit {
  conn: ShortConn;
  /** Lets the handler return. */
  leave(): void;
  /** Lets the handler's promise fail. */
  fail(error: Error): void;
}

/** A client of the check. */
export interface Client {
  conn: Deno.Conn;
  /** All that the server sends, and whether it has ended. */
  received: Collector;
}

/** So many accepts after the end are no mistake, but an endless loop. */
const MOST_LATE_ACCEPTS = 100;

/** So many accepts that fail, within so long, are no pauses between them. */
const MOST_HASTY_ACCEPTS = 50;
const HASTE_MS = 10;

const TOO_MANY_FILES = "Too many open files (os error 24)";

/**
 * Whether an error says that descriptors were used up, itself or by what it was
 * caused by.
 *
 * @param error What an answer threw.
 * @returns Whether whoever catches it learns of that.
 */
export function tellsOfShortage(error: unknown): boolean {
  if (String(error).includes(TOO_MANY_FILES)) return true;
  if (!(error instanceof Error)) return false;
  return error instanceof AggregateError &&
      error.errors.some(tellsOfShortage) ||
    error.cause !== undefined && tellsOfShortage(error.cause);
}

/** A listener that sees what Deno answers to an accept, and what follows. */
class DeskListener extends ShortListener {
  #refused = false;
  #lost = 0;
  #lateAccepts = 0;
  readonly #left = new Set<number>();
  #leaving: Promise<void> = Promise.resolve();
  #isShort = false;
  readonly #shortage = Promise.withResolvers<void>();
  #hastyAccepts = 0;
  #isHasty = false;
  #haste?: ReturnType<typeof setTimeout>;

  /** Whether a second accept was tried while the first one waited. */
  get refused(): boolean {
    return this.#refused;
  }

  /** How many accepts have failed since the client had left. */
  get lost(): number {
    return this.#lost;
  }

  /** How many connections are accepted, and not closed yet. */
  get open(): number {
    return this.accepted.filter(({ closed }) => !closed).length;
  }

  /** Whether the answer accepts again and again after the end. */
  get isAskedForEver(): boolean {
    return this.#lateAccepts > MOST_LATE_ACCEPTS;
  }

  /** Resolves when the first accept has failed for want of descriptors. */
  get failed(): Promise<void> {
    return this.#shortage.promise;
  }

  /** Whether the answer accepts again and again, where every accept fails. */
  get isHasty(): boolean {
    return this.#isHasty;
  }

  /** Lets every accept fail from now on, as if descriptors were used up. */
  runShort(): void {
    this.#isShort = true;
  }

  /** Lets accepts succeed again. */
  recover(): void {
    this.#isShort = false;
    clearTimeout(this.#haste);
    this.#haste = undefined;
  }

  override async accept(): Promise<ShortConn> {
    if (this.#isShort && !this.closed) return await this.#acceptInVain();
    if (this.closed && ++this.#lateAccepts > MOST_LATE_ACCEPTS) {
      // Such a loop never gives control back: it ends here, for good.
      return new Promise(() => {});
    }
    try {
      return await this.#acceptWhoStays();
    } catch (error) {
      this.#refused ||= error instanceof Deno.errors.Busy;
      if (error instanceof Deno.errors.NotConnected) this.#lost++;
      throw error;
    }
  }

  /**
   * Lets a client leave before it is accepted.
   *
   * Whether accept() comes before the reset is chance where the answer waits in
   * it already. So it is held back meanwhile, and then fails as Deno's own does
   * where the reset came first.
   */
  async lose(connecting: Promise<Leaver>): Promise<void> {
    this.#leaving = connecting.then((client) => {
      this.#left.add(client.port);
      client.reset();
    });
    await this.#leaving;
  }

  async #acceptInVain(): Promise<never> {
    this.#shortage.resolve();
    // A loop without a pause gives no timer its turn, so this counts to the end
    // there, however slow the machine is. One with a pause is never counted so
    // far: its own timers stand in the same row as this one.
    this.#haste ??= setTimeout(() => {
      this.#hastyAccepts = 0;
      this.#haste = undefined;
    }, HASTE_MS);
    this.#isHasty ||= ++this.#hastyAccepts > MOST_HASTY_ACCEPTS;
    // Such a loop never gives control back: it ends here, for good.
    if (this.#isHasty) await new Promise<never>(() => {});
    throw Object.assign(new Error(TOO_MANY_FILES), { code: "EMFILE" });
  }

  async #acceptWhoStays(): Promise<ShortConn> {
    const conn = await super.accept();
    await this.#leaving;
    if (!this.#left.has((conn.remoteAddr as Deno.NetAddr).port)) return conn;
    conn[Symbol.dispose]();
    throw Object.assign(
      new Deno.errors.NotConnected(
        "Transport endpoint is not connected (os error 107)",
      ),
      { code: "ENOTCONN" },
    );
  }
}

/** A listener, the handler that an answer is given, and what became of them. */
export class Desk {
  /** The listener that the answer is given; its connections tell on it. */
  readonly listener: DeskListener;
  /** Every call of the handler that waits to be ended, in order. */
  readonly visits: Visit[] = [];
  /** What the handler does with the next clients, in place of waiting. */
  readonly instead: ((conn: ShortConn) => Promise<void>)[] = [];
  /** Handlers at work now. */
  running = 0;
  /** The most that were at work at one time. */
  most = 0;
  /** Handlers begin and wait for nothing from now on. */
  #open = false;
  readonly #trial: Trial;
  readonly #port: number;
  #arrived = Promise.withResolvers<void>();

  /** @param trial Closes the sockets when the check ends. */
  constructor(trial: Trial) {
    this.#trial = trial;
    const listener = trial.use(listenTcp());
    this.#port = listener.addr.port;
    this.listener = new DeskListener(listener);
    // What the answer leaves open, or waits for, must not outlive the check.
    trial.use({
      close: () => {
        this.openDoors();
        this.listener.recover();
        this.listener.accepted.forEach((conn) => conn[Symbol.dispose]());
      },
    });
  }

  /** The handler. It lasts until the check says so, unless told otherwise. */
  readonly handler = (given: Deno.Conn): Promise<void> => {
    const conn = given as ShortConn;
    this.most = Math.max(this.most, ++this.running);
    let work: Promise<void>;
    try {
      const instead = this.instead.shift();
      work = instead === undefined ? this.#visit(conn) : instead(conn);
    } catch (error) {
      this.running--;
      throw error;
    }
    const done = () => void this.running--;
    return work.then(done, (error) => {
      done();
      throw error;
    });
  };

  /** Connects a client, and collects what it is sent. */
  async connect(): Promise<Client> {
    const conn = this.#trial.use(await connectTcp(this.#port));
    return { conn, received: new Collector(conn, this.#trial) };
  }

  /** Connects a client that resets the connection when told to. */
  async connectToReset(): Promise<Leaver> {
    return this.#trial.use(await connectLeaver(this.#port));
  }

  /** Connects a client that resets before it is accepted. */
  async connectAndLeave(): Promise<void> {
    await this.listener.lose(this.connectToReset());
  }

  /** Waits until the handler has been called so often, and waits. */
  async visited(count: number): Promise<void> {
    while (this.visits.length < count) await this.#arrived.promise;
  }

  /** Ends every handler, those under way and those to come. */
  openDoors(): void {
    this.#open = true;
    for (const visit of this.visits) visit.leave();
  }

  #visit(conn: ShortConn): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.visits.push({ conn, leave: resolve, fail: reject });
    if (this.#open) resolve();
    this.#arrived.resolve();
    this.#arrived = Promise.withResolvers();
    return promise;
  }
}

/**
 * Gives whatever is due the time to happen: messages go to and fro over a
 * socket of the check's own, so that the system and the event loop both have
 * their turns.
 *
 * @param trial Closes the socket.
 */
export async function settle(trial: Trial): Promise<void> {
  using listener = listenTcp();
  const near = trial.use(await connectTcp(listener.addr.port));
  const far = trial.use(await listener.accept());
  for (let i = 0; i < 20; i++) {
    await writeAll(near, new Uint8Array([i]));
    await writeAll(far, await readExact(far, 1));
    await readExact(near, 1);
  }
}
