/** Checks answers to 18.1. */
import { readToEnd, writeAll } from "../../../lib/net/mod.ts";
import {
  type Advice,
  type ErrorClass,
  PROBES,
  shown,
  SlowRemove,
  socketFolder,
  TimerWatch,
  toBytes,
  type Trial,
  type TrialFailure,
} from "../../../lib/workbook/kit/mod.ts";
import { leaveStale } from "../leave_stale.ts";
import type { ListenAt } from "../types.ts";
import { type Obstacle, OBSTACLES, SECOND } from "./obstacles.ts";

const PATH = "A path for an address";

/** The result of a call. */
interface Outcome {
  /** The call's result, unless it threw. */
  value?: Deno.UnixListener;
  error?: unknown;
}

/** Checks an answer to 18.1. */
export async function checkListenAt(
  listenAt: ListenAt,
  trial: Trial,
): Promise<void> {
  const names = ["door.sock", "tür.sock", "stale.sock"];
  const folder = socketFolder(trial, names);
  const [path, otherPath] = names.map((name) => `${folder}/${name}`);
  using timers = new TimerWatch();
  const run = new Run(listenAt, trial, timers);

  trial.step("nothing is at the path; listenAt() is called, a client connects");
  await run.expectServer(path);

  trial.step("another server is listening there; listenAt() is called");
  await checkServer(run, path);

  for (const when of ["a server was killed", "it happens again"]) {
    trial.step(`${when}: its file is still there, and listenAt() is called`);
    const before = namesIn(folder);
    leaveStale(path);
    using slow = new SlowRemove();
    await run.expectServer(path, () => slow.isUnderWay ? NOT_AWAITED : {});
    run.expectNothingLeft(folder, before);
  }

  for (const obstacle of OBSTACLES) await checkObstacle(run, obstacle, path);

  trial.step("the path's folder doesn't exist; listenAt() is called");
  await run.expectUnchanged(`${folder}/no/door.sock`, Deno.errors.NotFound);

  trial.step("the path is longer than a socket's may be; listenAt() is called");
  await run.expectUnchanged(`${folder}/${"too-long-".repeat(13)}`, TypeError);

  trial.step("two paths are stale; listenAt() is called for both at once");
  leaveStale(path);
  leaveStale(otherPath);
  const calls = [path, otherPath].map((one) =>
    run.expectServer(one, () => PROBES.twoAtOnce("listenAt()"), "at once")
  );
  await Promise.all(calls);
}

const NOT_AWAITED = {
  likely: "You listen before the stale file is gone. Deno.remove() returns a " +
    "promise: `await` it first.",
};

/** Checks that a listening server keeps its path, and gets no bytes. */
async function checkServer(run: Run, path: string): Promise<void> {
  const { trial } = run;
  const server = trial.use(Deno.listen({ transport: "unix", path }));
  await run.expectAddrInUse(path, {
    problem: "The other server is still running, but its file is gone.",
    likely:
      "New clients can't find that server anymore. Don't remove anything " +
      "until you know that the path is stale.",
    read: SECOND,
  }, {
    taken: {
      problem: "listenAt() took the path from a server that's still running.",
      likely: "New clients now reach the second server, and the first one " +
        "waits forever without knowing why. Before you remove anything, try " +
        "to connect: if that works, a server is listening.",
      read: SECOND,
    },
  });

  trial.step(
    "the other server accepts what's in its queue, then a real client",
  );
  const client = trial.use(await Deno.connect({ transport: "unix", path }));
  const hello = toBytes("hello");
  await writeAll(client, hello);
  await client.closeWrite();
  let received: Uint8Array = new Uint8Array();
  // The queue keeps its order, so listenAt()'s own connections come first.
  while (received.length === 0) {
    const conn = trial.use(
      await trial.waitFor(server.accept(), {
        waitingFor: "accept() to return the real client's connection",
        likely: "Leave the other server's socket alone.",
        read: SECOND,
      }),
    );
    received = await trial.waitFor(readToEnd(conn), {
      waitingFor: "the connection that listenAt() opened to end",
      likely:
        "The connection that you tested the path with is still open, and the " +
        "server waits for a request on it. Close it: `using conn = await " +
        "Deno.connect(…)` always does.",
    });
  }
  trial.equalBytes(received, hello, {
    problem: "You sent something to the other server.",
    likely: "The server would take that for a request. Connect, and close at " +
      "once.",
    read: SECOND,
  });
  server.close();
}

async function checkObstacle(
  run: Run,
  { step, place, remove, isIntact, gone, other }: Obstacle,
  path: string,
): Promise<void> {
  run.trial.step(`${step}; listenAt() is called`);
  using _place = place(path, run.trial);
  const otherPath = other && path.replace("door.sock", other.name);
  const otherBefore = otherPath && Deno.lstatSync(otherPath);
  await run.expectAddrInUse(path, gone, {
    also() {
      if (isIntact?.(path) === false) run.trial.fail(gone);
      if (!otherBefore) return;
      expectSame(otherPath, otherBefore, other.gone, run.trial);
    },
  });
  remove(path);
}

/** Calls an answer, and says what's wrong with the result. */
class Run {
  readonly #listenAt: ListenAt;
  readonly trial: Trial;
  readonly #timers: TimerWatch;

  constructor(listenAt: ListenAt, trial: Trial, timers: TimerWatch) {
    this.#listenAt = listenAt;
    this.trial = trial;
    this.#timers = timers;
  }

  /** Fails unless the answer listens at the path, and a client gets through. */
  async expectServer(
    path: string,
    explain: () => Partial<Advice> = () => ({}),
    timing: "alone" | "at once" = "alone",
  ): Promise<void> {
    const trial: Trial = this.trial;
    const { value, error } = await this.#call(path, timing);
    const probe = explain();
    if (error instanceof Deno.errors.AddrInUse) {
      trial.fail({
        problem: "listenAt() threw AddrInUse, but no server is listening.",
        likely: "The file alone keeps a new server from listening. If it's a " +
          "socket and a connection to it is refused, remove it and listen again.",
        ...probe,
      });
    }
    if (error !== undefined) trial.failThrown("listenAt()", error, probe);
    if (value === undefined || typeof value?.accept !== "function") {
      trial.fail({
        problem: `listenAt() returned ${
          value === Object(value) ? "another object" : shown(value)
        }.`,
        expected: "a listener",
        likely: "Return what Deno.listen() returns.",
        read: PATH,
      });
    }
    const advice = {
      likely:
        "Listen at `path`, and leave the socket file there: without it, " +
        "clients can't find the socket.",
      read: PATH,
      ...probe,
    };
    const client = await Deno.connect({ transport: "unix", path })
      .catch((error) =>
        trial.fail({
          problem: "A client couldn't connect to the path: " +
            `${trial.describe(error)}.`,
          ...advice,
        })
      );
    trial.use(client);
    const server = await trial.waitFor(value.accept(), {
      waitingFor: "accept() to return the client's connection",
      ...advice,
    });
    trial.use(server);
    const welcome = toBytes("welcome");
    await writeAll(server, welcome);
    server.close();
    trial.equalBytes(await readToEnd(client), welcome, advice);
    client.close();
    value.close();
  }

  /** Fails unless the answer throws AddrInUse, and leaves what's there. */
  async expectAddrInUse(
    path: string,
    gone: TrialFailure,
    { taken = gone, also }: { taken?: TrialFailure; also?: () => void },
  ): Promise<void> {
    const trial: Trial = this.trial;
    const before = Deno.lstatSync(path);
    const { value, error } = await this.#call(path);
    if (value?.addr?.path === path) {
      trial.fail({ ...taken, expected: "AddrInUse", received: "a listener" });
    }
    expectSame(path, before, gone, trial);
    also?.();
    if (error instanceof Deno.errors.AddrInUse) return;
    if (error !== undefined) {
      trial.failOnSlip("listenAt()", error);
      trial.fail({
        problem: `Wrong error: expected AddrInUse, got ` +
          `${trial.describe(error)}.`,
        likely:
          "Callers recognize an error by its class. Throw the AddrInUse " +
          "that Deno.listen() threw, or a new Deno.errors.AddrInUse(…).",
        read: SECOND,
      });
    }
    trial.fail({
      problem: `listenAt() returned ${shown(value)} instead of throwing.`,
      expected: "AddrInUse",
      likely: "The caller takes what you return for a listener. `throw` the " +
        "error, so that the caller can catch it.",
      read: SECOND,
    });
  }

  /** Fails if the answer has left a file: its listener has removed its own. */
  expectNothingLeft(folder: string, before: Set<string>): void {
    const left = [...namesIn(folder).difference(before)];
    if (left.length === 0) return;
    this.trial.fail({
      problem: `listenAt() left a file in the folder: ${left.join(", ")}.`,
      likely:
        "If you rename the stale file, it stays forever, and each killed " +
        "server adds one more. Remove it: await Deno.remove(path).",
      read: SECOND,
    });
  }

  /** Fails unless the answer lets the error of Deno.listen() through. */
  async expectUnchanged(path: string, due: ErrorClass): Promise<void> {
    const trial: Trial = this.trial;
    const { value, error } = await this.#call(path);
    if (error instanceof due) return;
    if (error !== undefined) trial.failOnSlip("listenAt()", error);
    trial.fail({
      problem: error === undefined
        ? `listenAt() returned ${shown(value)} instead of throwing.`
        : `Wrong error: expected ${due.name}, got ${trial.describe(error)}.`,
      expected: due.name,
      likely:
        "Deno.listen() can fail even if the path isn't in use. Handle only " +
        "AddrInUse, and look at the path only then. Pass on any other error " +
        "unchanged.",
      read: PATH,
    });
  }

  async #call(
    path: string,
    timing: "alone" | "at once" = "alone",
  ): Promise<Outcome> {
    const trial: Trial = this.trial;
    const calling = (async () => await this.#listenAt(path))().then(
      (value) => ({ value }),
      (error) => ({ error }),
    );
    const outcome: Outcome = await trial.waitFor(calling, {
      waitingFor: "listenAt() to return a listener, or to throw",
      likely:
        "connect() tells you at once whether a server is listening: don't wait " +
        "for it to close, or to answer. Don't wait for a client either: the " +
        "caller accepts clients.",
      read: SECOND,
    });
    const { value } = outcome;
    if (typeof value?.close === "function") trial.use(value);
    // Two calls at once may wait for each other.
    if (timing === "alone" && this.#timers.runningCount > 0) {
      trial.fail(PROBES.timer("listenAt()"));
    }
    return outcome;
  }
}

function namesIn(folder: string): Set<string> {
  return new Set(Array.from(Deno.readDirSync(folder), ({ name }) => name));
}

/** Fails if the file at the path isn't the same anymore. */
function expectSame(
  path: string,
  before: Deno.FileInfo,
  failure: TrialFailure,
  trial: Trial,
): void {
  try {
    const now = Deno.lstatSync(path);
    // A new file may get the inode number of a removed one, so that alone
    // proves little.
    const kinds = ["isFile", "isDirectory", "isSymlink", "isSocket"] as const;
    const keys = ["ino", "dev", ...kinds] as const;
    if (keys.every((key) => now[key] === before[key])) return;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  trial.fail(failure);
}
