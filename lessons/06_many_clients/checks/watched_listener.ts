import {
  type ShortConn,
  ShortListener,
} from "../../../lib/workbook/kit/mod.ts";
import type { ResettingClient } from "../resetting_client.ts";

/** This many accepts on a closed listener are an endless loop. */
const MAX_LATE_ACCEPTS = 100;

/** This many failed accepts within this time are a loop without a pause. */
const MAX_FAILED_ACCEPTS = 50;
const COUNTED_MS = 10;

const TOO_MANY_FILES = "Too many open files (os error 24)";

/**
 * Says whether an error reports what a failing `accept()` threw: itself, as its
 * `cause`, or as one of several errors.
 *
 * @param error What an answer threw.
 * @returns Whether it reports "Too many open files".
 */
export function reportsTooManyFiles(error: unknown): boolean {
  if (String(error).includes(TOO_MANY_FILES)) return true;
  if (!(error instanceof Error)) return false;
  return error instanceof AggregateError &&
      error.errors.some(reportsTooManyFiles) ||
    error.cause !== undefined && reportsTooManyFiles(error.cause);
}

/** A listener that records what happens at `accept()`, and can make it fail. */
export class WatchedListener extends ShortListener {
  #lateAccepts = 0;
  #failing = false;
  readonly #failed = Promise.withResolvers<void>();
  #failedAccepts = 0;
  #counting?: ReturnType<typeof setTimeout>;
  readonly #goneClients = new Set<number>();
  #resetting: Promise<void> = Promise.resolve();
  /** Whether a second accept began while the first was waiting. */
  wasBusy = false;
  /** How many accepts threw because the client had reset its connection. */
  lost = 0;
  /** Whether accepts that fail follow each other without a pause. */
  loopsWithoutPause = false;
  /** Resolves when the first accept has failed with "Too many open files". */
  readonly failed: Promise<void> = this.#failed.promise;

  /** How many of the accepted connections are still open. */
  get open(): number {
    return this.accepted.filter(({ closed }) => !closed).length;
  }

  /** Whether the answer keeps accepting after the listener has closed. */
  get loopsForever(): boolean {
    return this.#lateAccepts > MAX_LATE_ACCEPTS;
  }

  /** Makes every accept fail from now on, as if descriptors had run out. */
  startFailing(): void {
    this.#failing = true;
  }

  /** Lets accepts succeed again. */
  stopFailing(): void {
    this.#failing = false;
    clearTimeout(this.#counting);
    this.#counting = undefined;
  }

  override async accept(): Promise<ShortConn> {
    if (this.#failing && !this.closed) return await this.#fail();
    // An endless loop never gives control back, so this call never returns.
    if (this.closed && ++this.#lateAccepts > MAX_LATE_ACCEPTS) await never();
    try {
      return await this.#acceptUnlessReset();
    } catch (error) {
      this.wasBusy ||= error instanceof Deno.errors.Busy;
      if (error instanceof Deno.errors.NotConnected) this.lost++;
      throw error;
    }
  }

  /**
   * Lets a client connect, and reset its connection before it's accepted.
   *
   * An accept that is already waiting may return before the reset arrives. So
   * it's held back, and then fails as Deno's own does when the reset is first.
   *
   * @param connecting The client.
   */
  async reset(connecting: Promise<ResettingClient>): Promise<void> {
    this.#resetting = connecting.then((client) => {
      this.#goneClients.add(client.port);
      client.reset();
    });
    await this.#resetting;
  }

  async #fail(): Promise<never> {
    this.#failed.resolve();
    // A loop without a pause lets no timer run, so it gets past the maximum
    // however slow the machine is. A pause is a timer itself: it lets this one
    // run, too, and the count starts over.
    this.#counting ??= setTimeout(() => {
      this.#failedAccepts = 0;
      this.#counting = undefined;
    }, COUNTED_MS);
    this.loopsWithoutPause ||= ++this.#failedAccepts > MAX_FAILED_ACCEPTS;
    if (this.loopsWithoutPause) await never();
    throw Object.assign(new Error(TOO_MANY_FILES), { code: "EMFILE" });
  }

  async #acceptUnlessReset(): Promise<ShortConn> {
    const conn = await super.accept();
    await this.#resetting;
    const { port } = conn.remoteAddr as Deno.NetAddr;
    if (!this.#goneClients.has(port)) return conn;
    conn[Symbol.dispose]();
    throw Object.assign(
      new Deno.errors.NotConnected(
        "Transport endpoint is not connected (os error 107)",
      ),
      { code: "ENOTCONN" },
    );
  }
}

function never(): Promise<never> {
  return new Promise(() => {});
}
