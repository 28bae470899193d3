/** The exercises of lesson 6, and how an answer to each is checked. */
import { readExact, writeAll } from "../../lib/net/mod.ts";
import { counted } from "../../lib/show/counted.ts";
import {
  type Exercise,
  exercise,
  TimerWatch,
  type Trial,
  type TrialFailure,
  type Wait,
} from "../../lib/workbook/kit/mod.ts";
import { type Client, Desk, settle, tellsOfShortage } from "./desk.ts";
import * as solution from "./solution.ts";

type Handler = (conn: Deno.Conn) => Promise<void>;
type Serve = (listener: Deno.Listener, handler: Handler) => Promise<void>;
type ServeAtMost = (
  listener: Deno.Listener,
  handler: Handler,
  limit: number,
) => Promise<void>;

const START = "Start, and go on accepting";
const FAILURE = "A promise that nobody waits for";
const CLOSING = "Who closes, and how it stops";
const LEFT = "A client that leaves the queue";
const LIMIT = "No more than so many";

const LEAVER_STEP =
  "a client resets before it is accepted, and the next one comes";

const serve = exercise<Serve>({
  id: "6.1",
  title: "All clients at once",
  solution: solution.serve,
  hints: [
    "Who waits for the handler, if it is not the loop that accepts? And who " +
    "learns of it when the handler fails?",
    "Write a function of your own for one conversation: it awaits the handler, " +
    "catches whatever that throws, and closes in any case. It never fails, so " +
    "the loop that accepts may call it without awaiting it. That loop calls " +
    "accept() itself, and asks of each error which one it is: BadResource is " +
    "the end, NotConnected is one client's own affair, and any other goes to " +
    "whoever awaits `serve`. A `for await` loop would throw NotConnected on.",
    "Nearly the code:\n" +
    "    async function converse(conn: Deno.Conn): Promise<void> {\n" +
    "      using _closed = conn; // a second close does no harm this way\n" +
    "      try {\n" +
    "        await handler(conn);\n" +
    "      } catch {\n" +
    "        // one client's own affair\n" +
    "      }\n" +
    "    }\n" +
    "    while (true) {\n" +
    "      let conn: Deno.Conn;\n" +
    "      try {\n" +
    "        conn = await listener.accept();\n" +
    "      } catch (error) {\n" +
    "        if (error instanceof Deno.errors.BadResource) return;\n" +
    "        if (error instanceof Deno.errors.NotConnected) continue;\n" +
    "        throw error;\n" +
    "      }\n" +
    "      converse(conn);\n" +
    "    }",
  ],
  read: START,
  async check(serve, trial) {
    const desk = new Desk(trial);
    const session = new Session("serve", desk, trial);
    session.start(() => serve(desk.listener, desk.handler));

    trial.step("three clients connect, and each one's handler waits");
    const clients: Client[] = [];
    for (let i = 0; i < 3; i++) clients.push(await desk.connect());
    await session.wait(desk.visited(3), {
      waitingFor: "three handlers to be at work at once",
      likely: () =>
        desk.running === 0
          ? "No handler is at work. Is it called for each client, and does a " +
            "catch around the call hide another error than the handler's own?"
          : `${desk.running} of 3 handlers ` +
            `${desk.running === 1 ? "is" : "are"} at work. To await the ` +
            "handler in the loop makes the next client wait until this one " +
            "has gone: start it, and go on accepting.",
      read: START,
    });
    await settle(trial);
    session.expectOpen();

    trial.step("a client resets its connection, and its handler fails");
    const failed = await resetOne(desk, session);
    await nextClient(desk, session);

    trial.step("the second client's handler is done; that client only goes");
    desk.visits[1].leave();
    await session.wait(clients[1].received.end(), {
      waitingFor: "the end of the second client's connection",
      likely:
        "When a handler is done, close its connection: nobody else will " +
        "close it.",
      read: CLOSING,
    });
    session.expectOpen(desk.visits[1].conn);
    // What closes after a success has had its time to close after a failure.
    if (!failed().closed) failStillOpen(trial);

    trial.step("a handler throws at once, before it returns a promise");
    desk.instead.push(() => {
      throw new Error("the handler threw at once");
    });
    await desk.connect();
    await nextClient(desk, session);

    trial.step("a handler closes the connection itself");
    desk.instead.push((conn) => {
      conn.close();
      return Promise.resolve();
    });
    const leaver = await desk.connect();
    await session.wait(leaver.received.end(), {
      waitingFor: "the end of that client's connection",
      likely: "The handler has closed it. Has it been called?",
      read: CLOSING,
    });
    await nextClient(desk, session);

    trial.step(LEAVER_STEP);
    // Twice, since a server must not only survive the first one.
    for (let round = 0; round < 2; round++) {
      await desk.connectAndLeave();
      await nextClient(desk, session, {
        likely: "A client has reset its connection before it was accepted, " +
          "and accept() threw NotConnected. Call it again: others wait.",
        read: LEFT,
      });
    }

    trial.step("the listener closes; the first client's talk goes on");
    session.stop();
    await settle(trial);
    session.expectOpen(desk.visits[1].conn);
    await writeAll(clients[0].conn, new Uint8Array([7]));
    await session.wait(readExact(desk.visits[0].conn, 1), {
      waitingFor: "the first client's byte",
      likely: "Conversations under way go on to their end.",
      read: CLOSING,
    });

    trial.step("the last handlers are done, and serve() has returned");
    desk.openDoors();
    await session.returned();
    await checkShortage("serve", serve, trial);
  },
});

/** A client that goes with a reset, and the connection that it leaves. */
async function resetOne(
  desk: Desk,
  session: Session,
): Promise<() => { closed: boolean }> {
  const began = Promise.withResolvers<{ closed: boolean }>();
  desk.instead.push(async (conn) => {
    began.resolve(conn);
    await conn.read(new Uint8Array(1));
    throw new Error("the client is gone");
  });
  const client = await desk.connectToReset();
  const conn = await session.wait(began.promise, {
    waitingFor: "a handler for the fourth client",
    likely: "Go on accepting while the other handlers are at work.",
    read: START,
  });
  client.reset();
  return () => conn;
}

/** Another client comes, and has to be served. */
async function nextClient(
  desk: Desk,
  session: Session,
  advice: { likely: string; read: string } = {
    likely: "Whatever became of the last client, go on accepting.",
    read: FAILURE,
  },
): Promise<void> {
  // First what went before takes its effect, whatever that is.
  await session.settle();
  const count = desk.visits.length + 1;
  await desk.connect();
  await session.wait(desk.visited(count), {
    waitingFor: "a handler for the next client",
    ...advice,
  });
}

/** An error of accept() that is neither the end nor one client's own. */
async function checkShortage(
  name: string,
  serve: Serve,
  trial: Trial,
): Promise<void> {
  const desk = new Desk(trial);
  const { listener } = desk;
  listener.runShort();

  trial.step('accept() throws "Too many open files", on a new listener');
  let [hasReturned, hasThrown] = [false, false];
  const serving = trial.start(name, async () => {
    try {
      await serve(listener, desk.handler);
      hasReturned = true;
    } catch (error) {
      if (!tellsOfShortage(error)) throw error;
      hasThrown = true;
    }
  }, (error) => ({
    problem: `${name}() threw ${error}.`,
    likely: isBadResource(error)
      ? "accept() throws BadResource when the listener has been closed, also " +
        "after it has thrown another error before. That is the time to return."
      : 'Whoever awaits it does not learn that accept() threw "Too many open ' +
        'files (os error 24)": throw that error on, or give it as the `cause` ' +
        "of your own.",
    read: isBadResource(error) ? CLOSING : LEFT,
  }));
  trial.onForgotten((error) =>
    tellsOfShortage(error)
      ? {
        problem: `A promise failed, with nobody waiting for it: ${error}.`,
        likely:
          "accept() threw this, and nobody was waiting for that promise. " +
          "In a program of its own this ends the whole process. Let it reach " +
          `whoever awaits ${name}().`,
        read: LEFT,
      }
      : undefined
  );
  const wait = {
    likely: `Neither the end, nor one client's own: let ${name}() throw it, ` +
      "or call accept() again after a short pause.",
    read: LEFT,
  };
  await trial.waitFor(Promise.race([listener.failed, serving]), {
    ...wait,
    waitingFor: "a call of accept()",
  });
  // Twice, so that a loop without a pause has the time to show itself.
  for (let round = 0; round < 2; round++) {
    await trial.waitFor(settle(trial), {
      ...wait,
      waitingFor: "messages of the check's own to go to and fro",
    });
  }
  if (listener.isHasty) {
    trial.fail({
      problem: 'accept() threw "Too many open files (os error 24)", and was ' +
        "called again and again without a pause.",
      likely: "It fails for as long as descriptors are missing, and such a " +
        "loop leaves nobody the time to close one. Go on at once after " +
        `NotConnected only: let ${name}() throw any other error, or pause ` +
        "before the next accept().",
      read: LEFT,
    });
  }
  const failIfReturned = () => {
    if (!hasReturned) return;
    trial.fail({
      problem: `${name}() returned after accept() had thrown "Too many open ` +
        'files (os error 24)", as if the listener had been closed.',
      likely: "Nobody learns that the server has ended. Only BadResource is " +
        "the end, and only NotConnected is one client's own: let " +
        `${name}() throw any other error.`,
      read: LEFT,
    });
  };
  failIfReturned();
  if (hasThrown) return;

  trial.step("accept() succeeds again, and a client comes");
  listener.recover();
  await desk.connect();
  await trial.waitFor(Promise.race([desk.visited(1), serving]), {
    ...wait,
    waitingFor:
      `a handler for that client, or for ${name}() to throw the error`,
  });
  failIfReturned();
  desk.openDoors();
  listener[Symbol.dispose]();
  await trial.waitFor(serving, {
    waitingFor: `${name}() to return after the listener has closed`,
    likely: "accept() throws BadResource: that is the end, also after it has " +
      "thrown another error before.",
    read: CLOSING,
  });
}

function failStillOpen(trial: Trial): never {
  trial.fail({
    problem: "The connection whose handler has failed is still open.",
    likely: "Its client waits for ever, and one more descriptor is lost. " +
      "Close in `finally`, or by `using`: then it happens after a failure too.",
    read: CLOSING,
  });
}

const serveAtMost = exercise<ServeAtMost>({
  id: "6.2",
  title: "No more than so many at once",
  solution: solution.serveAtMost,
  hints: [
    "Where can clients wait while all places are taken, without your doing " +
    "anything? And what tells you that a place has become free?",
    "Keep the promises of the conversations under way in a Set, each of which " +
    "takes itself out when it is done. When the set is full, wait for the " +
    "first of them before you accept again: Promise.race() waits for one, " +
    "Promise.all() for all.",
    "Nearly the code, with the loop and converse() from 6.1. The end of the " +
    "loop is a `break` now:\n" +
    "    const conversation = converse(conn).then(() => {\n" +
    "      running.delete(conversation);\n" +
    "    });\n" +
    "    running.add(conversation);\n" +
    "    if (running.size >= limit) await Promise.race(running);\n" +
    "and, when the loop has ended:\n" +
    "    await Promise.all(running);",
  ],
  read: LIMIT,
  async check(serveAtMost, trial) {
    await checkPlaces(serveAtMost, trial);
    await checkOnePlace(serveAtMost, trial);
    await checkShortage(
      "serveAtMost",
      (listener, handler) => serveAtMost(listener, handler, 2),
      trial,
    );
  },
});

/** Two places, and always more clients than that. */
async function checkPlaces(
  serveAtMost: ServeAtMost,
  trial: Trial,
): Promise<void> {
  const limit = 2;
  const desk = new Desk(trial);
  const session = new Session("serveAtMost", desk, trial);
  using timers = new TimerWatch();
  session.start(() => serveAtMost(desk.listener, desk.handler, limit));

  trial.step("six clients connect, where the limit is 2");
  const clients: Client[] = [];
  for (let i = 0; i < 6; i++) clients.push(await desk.connect());
  await session.wait(desk.visited(limit), {
    waitingFor: "2 handlers to be at work at once",
    likely: () =>
      `${desk.running} at work, where 2 may be: start a handler without ` +
      "awaiting it while there is a place.",
    read: LIMIT,
  });
  await session.settle();
  expectNoMore(desk, trial, limit, tooMany(desk, limit));
  // One may be in the answer's hand, accepted before it waits for a place.
  if (desk.listener.open > limit + 1) {
    trial.fail({
      problem: `You have accepted ${desk.listener.open} clients with a limit ` +
        `of ${limit}.`,
      likely:
        "Who is not accepted waits in the queue, and costs you nothing. " +
        "Wait for a place before you accept the next one, or at least before " +
        "the one after that.",
      read: LIMIT,
    });
  }
  for (const { received } of clients) {
    if (!received.ended) continue;
    trial.fail({
      problem: "A client for whom there was no place was turned away.",
      likely:
        "It is to wait, and costs you nothing: a client that you do not " +
        "accept waits in the listener's queue.",
      read: LIMIT,
    });
  }

  // Not the oldest first: any of them that ends has made room.
  for (
    const [name, leaver, next] of [["second", 1, 3], ["first", 0, 4]] as const
  ) {
    trial.step(`the ${name} of the two is done, and another one begins`);
    desk.visits[leaver].leave();
    await session.wait(desk.visited(next), {
      waitingFor: "the next handler to begin",
      likely: "A place is free as soon as ONE conversation has ended, " +
        "whichever that is. Wait for any of them, by Promise.race(), not the " +
        "first one in the row, or the last, and not for all of them, as " +
        "Promise.all() does.",
      read: LIMIT,
    });
    await session.settle();
    expectNoMore(
      desk,
      trial,
      limit,
      "A promise that has settled already wins " +
        "every race: take a conversation out of the set when it has ended.",
    );
    expectNoTimer(trial, timers);
  }

  trial.step("the two at work fail, and two others begin");
  desk.visits[2].fail(new Error("the third handler failed"));
  desk.visits[3].fail(new Error("the fourth handler failed"));
  await session.wait(desk.visited(6), {
    waitingFor: "2 handlers to begin in their places",
    likely: "A handler that fails gives its place back too: count down in " +
      "`finally`, or after a catch.",
    read: LIMIT,
  });

  trial.step("a handler throws at once; the next client has its place");
  desk.instead.push(() => {
    throw new Error("the handler threw at once");
  });
  await desk.connect();
  await desk.connect();
  desk.visits[4].leave();
  await session.wait(desk.visited(7), {
    waitingFor: "a handler for the next client",
    likely: "A handler that fails gives its place back too, also when it " +
      "throws before it returns a promise.",
    read: FAILURE,
  });
  await session.settle();
  expectNoMore(
    desk,
    trial,
    limit,
    "Is the place of each conversation given " +
      "back once only?",
  );
  expectNoTimer(trial, timers);

  trial.step("all are done, the listener closes, serveAtMost() returns");
  desk.openDoors();
  session.stop();
  await session.returned();
}

/**
 * One place only: somebody leaves before it is free, and the end comes while
 * somebody waits for it.
 */
async function checkOnePlace(
  serveAtMost: ServeAtMost,
  trial: Trial,
): Promise<void> {
  const desk = new Desk(trial);
  const session = new Session("serveAtMost", desk, trial);
  using timers = new TimerWatch();
  session.start(() => serveAtMost(desk.listener, desk.handler, 1));

  trial.step("two clients come one after the other, where the limit is 1");
  const first = await desk.connect();
  await desk.connect();
  await session.wait(desk.visited(1), {
    waitingFor: "a handler for the first client",
    likely: "With a limit of 1 there is one place: is it taken for none?",
    read: LIMIT,
  });
  await session.settle();
  expectNoMore(desk, trial, 1, tooMany(desk, 1));
  desk.visits[0].leave();
  await session.wait(first.received.end(), {
    waitingFor: "the end of the first client's connection",
    likely: "When a handler is done, close its connection: nobody else will " +
      "close it.",
    read: CLOSING,
  });
  await session.wait(desk.visited(2), {
    waitingFor: "the second client's handler",
    likely: "The first is done, so there is a place for the second.",
    read: LIMIT,
  });

  trial.step(LEAVER_STEP);
  await desk.connectAndLeave();
  for (let i = 0; i < 2; i++) await desk.connect();
  desk.visits[1].leave();
  await session.wait(desk.visited(3), {
    waitingFor: "a handler for the next client",
    likely: "Who has left before it was accepted takes no place: accept() " +
      "threw NotConnected, so call it again.",
    read: LEFT,
  });
  await session.settle();
  expectNoMore(
    desk,
    trial,
    1,
    "A client that has left before it was accepted has taken no place, and " +
      "gives none back.",
  );
  expectNoTimer(
    trial,
    timers,
    "A client that has left is nothing to wait for, and others are behind it: " +
      "after NotConnected, call accept() again at once.",
  );

  trial.step("the last one waits for its place, and the listener closes");
  session.stop();
  await session.settle();
  desk.openDoors();
  await session.returned();
}

function tooMany(desk: Desk, limit: number): string {
  return desk.most === limit + 1
    ? "That is one too many: when `limit` are at work, wait before the next " +
      "one begins, not after."
    : "Nothing holds them back: when `limit` are at work, wait until one of " +
      "them is done before the next one begins.";
}

function expectNoMore(
  desk: Desk,
  trial: Trial,
  limit: number,
  likely: string,
): void {
  if (desk.most <= limit) return;
  trial.fail({
    problem: `There were ${desk.most} handlers at once, where the limit is ` +
      `${limit}.`,
    likely,
    read: LIMIT,
  });
}

/** One run of an answer, and what it means when that ends or fails. */
class Session {
  readonly #name: string;
  readonly #desk: Desk;
  readonly #trial: Trial;
  #serving: Promise<void> = Promise.resolve();
  #early: Promise<never> = new Promise(() => {});
  #stopped = false;

  constructor(name: string, desk: Desk, trial: Trial) {
    this.#name = name;
    this.#desk = desk;
    this.#trial = trial;
  }

  /** Starts the answer, and watches its promises, also the forgotten ones. */
  start(run: () => Promise<void>): void {
    this.#serving = this.#trial.start(
      this.#name,
      run,
      (error) => this.#explain(error),
    );
    this.#early = this.#serving.then(() =>
      this.#stopped ? new Promise<never>(() => {}) : this.#failEarly()
    );
    this.#early.catch(() => {});
    this.#trial.onForgotten((error) => this.#explainForgotten(error));
  }

  /** Waits, but not on when the answer has returned too early. */
  wait<V>(event: Promise<V>, wait: Wait): Promise<V> {
    const { likely } = wait;
    return this.#trial.waitFor(Promise.race([event, this.#early]), {
      ...wait,
      likely: () => {
        // A worker may have kept that to itself, and gone.
        if (this.#desk.listener.refused) return ONE_ACCEPT;
        return typeof likely === "string" ? likely : likely();
      },
    });
  }

  /** Lets things happen, and takes note of a failure among them. */
  settle(): Promise<void> {
    return this.wait(settle(this.#trial), {
      waitingFor: "messages of the check's own to go to and fro",
      likely: "Give control back: await something that takes time.",
    });
  }

  /** Fails if a connection is closed whose handler is at work. */
  expectOpen(except?: { closed: boolean }): void {
    const { visits } = this.#desk;
    if (!visits.some(({ conn }) => conn !== except && conn.closed)) return;
    this.#trial.fail({
      problem:
        "A connection was closed under a handler that was still at work.",
      likely: "Await the handler before you close its connection, in a " +
        "function of its own that the accepting loop does not wait for.",
      read: CLOSING,
    });
  }

  /** Closes the listener, as one who wants the server to stop. */
  stop(): void {
    this.#stopped = true;
    this.#desk.listener[Symbol.dispose]();
  }

  /** Waits for the answer to return, with everything closed. */
  async returned(): Promise<void> {
    const { accepted } = this.#desk.listener;
    await this.#trial.waitFor(this.#serving, {
      waitingFor: `${this.#name}() to return after the listener has closed`,
      likely: () =>
        this.#desk.listener.isAskedForEver
          ? "accept() threw BadResource: the listener has been closed, and " +
            "that is the end. To go on after every error is to call accept() " +
            "again and again, for ever. Go on at once after NotConnected only."
          : "A `for await` loop over the listener ends when it is closed, " +
            "and accept() throws BadResource. No handler is at work any more.",
      read: () => this.#desk.listener.isAskedForEver ? LEFT : CLOSING,
    });
    await settle(this.#trial);
    const open = accepted.filter(({ closed }) => !closed).length;
    if (open === 0) return;
    this.#trial.fail({
      problem: `${open} of ${accepted.length} connections ` +
        `${open === 1 ? "is" : "are"} still open at the end.`,
      likely: "Each connection that was accepted is to be closed when its " +
        "handler is done, also after a failure: in `finally`, or by `using`.",
      read: CLOSING,
    });
  }

  #failEarly(): never {
    const { closed, lost } = this.#desk.listener;
    if (!closed && lost > 0) {
      this.#trial.fail({
        problem: `${this.#name}() returned while the listener was open.`,
        likely:
          "accept() threw NotConnected, for a client that had reset its " +
          "connection. That is the end of that client, and not of the server: " +
          "only BadResource says that the listener has been closed.",
        read: LEFT,
      });
    }
    this.#trial.fail({
      problem: closed
        ? `${this.#name}() closed the listener.`
        : `${this.#name}() returned while the listener was open.`,
      likely: closed
        ? "It belongs to the caller, who closes it to stop the server. One " +
          "client's failure is no reason to."
        : "Accept again, and again: only the closing of the listener is the " +
          "end.",
      read: closed ? FAILURE : CLOSING,
    });
  }

  /** What it means that the answer rejected. */
  #explain(error: unknown): TrialFailure | undefined {
    const problem = `${this.#name}() threw ${error}.`;
    if (error instanceof Deno.errors.Busy) return explainBusy(problem);
    if (isBadResource(error)) return this.#explainBadResource(problem);
    if (error instanceof Deno.errors.NotConnected) return explainLeft(problem);
    if (/at once/.test(String(error))) {
      return {
        problem,
        likely: "That handler threw before it had a promise to return, so " +
          ".catch() on its result never ran. `await handler(conn)` in a `try` " +
          "block, in an async function of its own that the loop starts, " +
          "catches both kinds.",
        read: FAILURE,
      };
    }
    return {
      problem,
      likely:
        "One client's failure has ended the server. Catch what a handler " +
        "throws in a function of its own, one for each conversation.",
      read: FAILURE,
    };
  }

  /** What it means that a promise failed for which nobody waited. */
  #explainForgotten(error: unknown): TrialFailure {
    const problem = `A promise failed, with nobody waiting for it: ${error}.`;
    if (error instanceof Deno.errors.Busy) return explainBusy(problem);
    if (isBadResource(error)) return this.#explainBadResource(problem);
    if (error instanceof Deno.errors.NotConnected) return explainLeft(problem);
    return {
      problem,
      likely:
        "A handler failed, and nobody was waiting for that promise. In a " +
        "program of its own this ends the whole process, and every client " +
        "with it. Catch it where the conversation is started.",
      read: FAILURE,
    };
  }

  #explainBadResource(problem: string): TrialFailure {
    return this.#stopped
      ? {
        problem,
        likely: "To close the listener is how a server is told to stop: " +
          "accept() throws BadResource then. That is the time to return.",
        read: CLOSING,
      }
      : {
        problem,
        likely: "The handler had closed the connection, and a second close() " +
          "throws BadResource. `using`, or conn[Symbol.dispose](), does not " +
          "mind; closing in a `try` block is fine too.",
        read: CLOSING,
      };
  }
}

function explainBusy(problem: string): TrialFailure {
  return { problem, likely: ONE_ACCEPT, read: START };
}

function explainLeft(problem: string): TrialFailure {
  return {
    problem,
    likely: "A client had reset its connection before it was accepted, and " +
      "accept() throws NotConnected for that one. A `for await` loop over the " +
      "listener throws it on, and has ended. Call accept() in a loop of your " +
      "own, which goes on after NotConnected.",
    read: LEFT,
  };
}

const ONE_ACCEPT = "Deno lets only one accept() wait on a listener, and a " +
  "second one throws Busy: accept in one loop.";

function isBadResource(error: unknown): boolean {
  return error instanceof Deno.errors.BadResource;
}

/** Turns an answer away that has called setTimeout(): no check here does. */
function expectNoTimer(
  trial: Trial,
  { started }: TimerWatch,
  likely = "Waiting a little and looking asks again and again while nothing " +
    "happens, and comes late when something does. The end of a conversation " +
    "is a promise: wait for that.",
): void {
  if (started.length === 0) return;
  trial.fail({
    problem: `setTimeout() was called ${counted(started.length, "time")}.`,
    likely,
    read: LIMIT,
  });
}

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [serve, serveAtMost];
