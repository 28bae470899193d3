/** How an answer to 17.1 is checked. */
import { dirname, join } from "node:path";
import { readToEnd, writeAll } from "../../../lib/net/mod.ts";
import {
  socketFolder,
  type Trial,
  type TrialFailure,
} from "../../../lib/workbook/kit/mod.ts";
import { leaveStale } from "../leave_stale.ts";
import type { ListenAt } from "../types.ts";

const PATH = "A path for an address";
const SECOND = "A second server";

const { AddrInUse } = Deno.errors;

/** What every step needs. */
interface Run {
  listenAt: ListenAt;
  path: string;
  trial: Trial;
}

/** Checks an answer to 17.1. */
export async function checkListenAt(
  listenAt: ListenAt,
  trial: Trial,
): Promise<void> {
  const folder = socketFolder(trial, ["door.sock", "stale.sock"]);
  const run: Run = { listenAt, path: `${folder}/door.sock`, trial };
  await checkEmpty(run);
  await checkServer(run);
  await checkStale(run);
  for (const obstacle of OBSTACLES) await checkObstacle(run, obstacle);
}

async function checkEmpty(run: Run): Promise<void> {
  run.trial.step(
    "nothing is at the path; listenAt() is called, a client connects",
  );
  const listener = await listenOrFail(run);
  await expectClient(run, listener);
  listener.close();
}

/** Calls listenAt() where it must return a listener. */
async function listenOrFail(
  { listenAt, path, trial }: Run,
  explain?: (error: unknown) => TrialFailure | undefined,
): Promise<Deno.UnixListener> {
  const listener = await trial.waitFor(
    trial.start("listenAt", () => listenAt(path), explain),
    {
      waitingFor: "listenAt() to return a listener",
      likely: "Does it wait for a client? Only listen; the caller accepts.",
      read: PATH,
    },
  );
  if (typeof listener?.accept !== "function") {
    trial.fail({
      problem: `listenAt() returned ${Deno.inspect(listener)}.`,
      expected: "a listener",
      likely: "Return what Deno.listen() returns.",
      read: PATH,
    });
  }
  return trial.use(listener);
}

/** Fails unless a client that connects to the path reaches the listener. */
async function expectClient(
  { path, trial }: Run,
  listener: Deno.UnixListener,
): Promise<void> {
  const advice = {
    likely: "Listen at the path that listenAt() was given, and leave the " +
      "socket file there: without it, no client finds the socket.",
    read: PATH,
  };
  const client = await Deno.connect({ transport: "unix", path }).catch(
    (error: Error) =>
      trial.fail({
        problem: `A client couldn't connect to the path: ${error.name}: ` +
          `${error.message}.`,
        ...advice,
      }),
  );
  trial.use(client);
  const server = await trial.waitFor(listener.accept(), {
    waitingFor: "accept() to return the client's connection",
    ...advice,
  });
  trial.use(server);
  const welcome = new TextEncoder().encode("welcome");
  await writeAll(server, welcome);
  await server.closeWrite();
  trial.equalBytes(await readToEnd(client), welcome, advice);
  client.close();
}

/** A server that's listening must notice no more than a closed connection. */
async function checkServer(run: Run): Promise<void> {
  const { path, trial } = run;
  trial.step("another server is listening there; listenAt() is called");
  const other = trial.use(Deno.listen({ transport: "unix", path }));
  const before = Deno.lstatSync(path);
  const outcome = await settle(run);
  if (outcome.status === "fulfilled") {
    trial.fail({
      problem: "listenAt() took the path from a server that's still running.",
      expected: "AddrInUse",
      received: "a listener",
      likely: "New clients now reach the second server, and the first one " +
        "waits forever without knowing why. Before you remove anything, try " +
        "to connect: if that works, a server is listening.",
      read: SECOND,
    });
  }
  expectUntouched(path, before, {
    problem: "The other server is still running, but its file is gone.",
    likely: "No new client can find that server. Remove nothing before you " +
      "know that the path is stale.",
    read: SECOND,
  }, trial);
  expectAddrInUse(outcome, trial);

  trial.step("the other server accepts what's waiting, then a real client");
  const client = trial.use(await Deno.connect({ transport: "unix", path }));
  await client.write(new Uint8Array([42]));
  await client.closeWrite();
  while (true) {
    const conn = trial.use(
      await trial.waitFor(other.accept(), {
        waitingFor: "accept() to return the real client's connection",
        likely: "Leave the other server's socket alone.",
        read: SECOND,
      }),
    );
    // The queue keeps its order, so listenAt()'s own connections come first.
    const received = await trial.waitFor(readToEnd(conn), {
      waitingFor: "the connection that listenAt() opened to end",
      likely:
        "The connection that you tested the path with is still open, and " +
        "the server waits for a request on it. Close it: `using conn = await " +
        "Deno.connect(…)` does that in every case.",
    });
    if (received.length > 0) break;
  }
  other.close();
}

/** A killed server leaves its socket file. */
async function checkStale(run: Run): Promise<void> {
  const { path, trial } = run;
  for (const time of ["a server was killed", "it happens again"]) {
    trial.step(`${time}: its file is still there, and listenAt() is called`);
    leaveStale(path);
    const listener = await listenOrFail(run, (error) => {
      if (!(error instanceof AddrInUse)) return undefined;
      return {
        problem: "listenAt() threw AddrInUse, but no server is listening.",
        likely:
          "The file alone keeps a new server out. If it's a socket and a " +
          "connection to it is refused, remove it and listen again.",
      };
    });
    await expectClient(run, listener);
    listener.close();
  }
}

/** What keeps listenAt() from listening, and must stay. */
interface Obstacle {
  step: string;
  /** Puts it at the path. */
  place(path: string, trial: Trial): void;
  remove(path: string): void;
  /** Whether it's still what it was. */
  isIntact?(path: string): boolean;
  /** What it means if it's gone or changed. */
  gone: TrialFailure;
  /** A file in the same folder that must stay too. */
  other?: { name: string; gone: TrialFailure };
}

const OBSTACLES: Obstacle[] = [
  {
    step: "a plain file with text is at the path",
    place: (path) => Deno.writeTextFileSync(path, "a letter"),
    remove: (path) => Deno.removeSync(path),
    isIntact: (path) => Deno.readTextFileSync(path) === "a letter",
    gone: {
      problem: "The plain file at the path has been removed or changed.",
      likely: "A plain file refuses a connection too, exactly like a stale " +
        "socket. Before you connect, look at what's there: " +
        "(await Deno.lstat(path)).isSocket.",
    },
  },
  {
    step: "an empty folder is at the path",
    place: (path) => Deno.mkdirSync(path),
    remove: (path) => Deno.removeSync(path),
    gone: {
      problem: "The folder at the path is gone.",
      likely:
        "Deno.remove() removes an empty folder too. Test for what may go " +
        "(isSocket), not for what must stay: there are more kinds of files " +
        "than you remember.",
    },
  },
  {
    step: "a symbolic link to a stale socket is at the path",
    place: linkToStale,
    remove: (path) => Deno.renameSync(path, join(dirname(path), "link.sock")),
    gone: {
      problem: "The symbolic link at the path is gone.",
      likely: "stat() follows a link and describes the socket that it leads " +
        "to, but remove() removes the link itself, which is there on purpose. " +
        "lstat() describes what's at the path itself.",
    },
    other: {
      name: "stale.sock",
      gone: {
        problem: "The socket that the link leads to is gone.",
        likely: "That socket is at another path, and it isn't yours. " +
          "realPath() and stat() follow a link; lstat() doesn't, and says that " +
          "a link is no socket. Remove only what's at the path itself.",
      },
    },
  },
  {
    step: "an open datagram socket, which accepts no connections, is there",
    place: (path, trial) =>
      trial.use(Deno.listenDatagram({ transport: "unixpacket", path })),
    remove() {},
    gone: {
      problem: "listenAt() removed the file of an open datagram socket.",
      likely: "connect() fails here although the socket is in use. Only " +
        "ConnectionRefused means that it isn't: don't call Deno.remove() after " +
        "any other error. A full queue is another such reason.",
    },
  },
];

async function checkObstacle(
  run: Run,
  { step, place, remove, isIntact, gone, other }: Obstacle,
): Promise<void> {
  const { path, trial } = run;
  trial.step(`${step}; listenAt() is called`);
  place(path, trial);
  const otherPath = other && join(dirname(path), other.name);
  const before = Deno.lstatSync(path);
  const otherBefore = otherPath && Deno.lstatSync(otherPath);
  const outcome = await settle(run);
  expectUntouched(path, before, gone, trial);
  if (otherBefore) expectUntouched(otherPath, otherBefore, other.gone, trial);
  if (isIntact?.(path) === false) trial.fail(gone);
  expectAddrInUse(outcome, trial);
  remove(path);
}

/**
 * Puts a link to `stale.sock` at the path. Under `deno task check`, the folder
 * has one from the start (`links` in the catalog), since a check may make none.
 */
function linkToStale(path: string): void {
  const [stale, link] = ["stale.sock", "link.sock"].map((name) =>
    join(dirname(path), name)
  );
  leaveStale(path);
  Deno.renameSync(path, stale);
  try {
    Deno.symlinkSync("stale.sock", link);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
  }
  Deno.renameSync(link, path);
}

/** Waits for either outcome of a call that should fail. */
async function settle(
  { listenAt, path, trial }: Run,
): Promise<PromiseSettledResult<Deno.UnixListener>> {
  const [outcome] = await trial.waitFor(
    Promise.allSettled([(async () => await listenAt(path))()]),
    {
      waitingFor: "listenAt() to throw AddrInUse",
      likely:
        "You can tell at once whether a server is listening. Don't wait " +
        "for it to close, or to answer.",
      read: SECOND,
    },
  );
  if (outcome.status === "fulfilled") trial.use(outcome.value);
  return outcome;
}

/** Fails if there's something else at the path now. */
function expectUntouched(
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

function expectAddrInUse(
  outcome: PromiseSettledResult<Deno.UnixListener>,
  trial: Trial,
): void {
  if (outcome.status === "fulfilled") {
    trial.fail({
      problem: "listenAt() returned a listener, but it isn't at the path.",
      expected: "AddrInUse",
      received: Deno.inspect(outcome.value),
      likely: "Listen at the path that you were given, or throw.",
    });
  }
  const { reason } = outcome as PromiseRejectedResult;
  if (reason instanceof AddrInUse) return;
  trial.failOnSlip("listenAt()", reason);
  trial.fail({
    problem: `Wrong error: expected AddrInUse, got ${trial.describe(reason)}.`,
    likely: "A caller decides by the class of an error. Throw the AddrInUse " +
      "that Deno.listen() threw, or a new Deno.errors.AddrInUse(…).",
    read: SECOND,
  });
}
