/** Files that listenAt() of 18.1 must not remove. */
import { dirname, join } from "node:path";
import type { Trial, TrialFailure } from "../../../lib/workbook/kit/mod.ts";
import { leaveStale } from "../leave_stale.ts";

/** A heading of the README. */
export const SECOND = "A second server";

/** Something at the path that isn't a stale socket. */
export interface Obstacle {
  step: string;
  /** Puts the file at the path. */
  place(path: string, trial: Trial): Disposable | undefined;
  remove(path: string): void;
  /** Whether the file is unchanged. */
  isIntact?(path: string): boolean;
  /** The diagnosis if the file is gone or changed. */
  gone: TrialFailure;
  /** A file in the same folder that must stay, too. */
  other?: { name: string; gone: TrialFailure };
}

const KINDS =
  "Test for what you may remove (isSocket), not for what you must keep: there " +
  "are more kinds of files than you might remember.";

/** All obstacles, from common ones to rare ones. */
export const OBSTACLES: Obstacle[] = [
  {
    step: "a plain file with text is at the path",
    place: placeFile,
    remove: (path) => Deno.removeSync(path),
    isIntact: isLetter,
    gone: {
      problem: "The plain file at the path has been removed or changed.",
      likely:
        "Connecting to a plain file is refused, too, just like connecting " +
        "to a stale socket. Before you connect, check what's there: " +
        "(await Deno.lstat(path)).isSocket.",
    },
  },
  {
    step: "an empty folder is at the path",
    place(path) {
      Deno.mkdirSync(path);
      return undefined;
    },
    remove: (path) => Deno.removeSync(path),
    gone: {
      problem: "The folder at the path is gone.",
      likely: `Deno.remove() removes an empty folder, too. ${KINDS}`,
    },
  },
  {
    step: "a symbolic link to a stale socket is at the path",
    place: linkToStale,
    remove: (path) => Deno.renameSync(path, join(dirname(path), "link.sock")),
    gone: {
      problem: "The symbolic link at the path is gone.",
      likely:
        "Deno.remove() removes the link itself, which is there on purpose. " +
        "lstat() describes what's at the path, while stat() follows a link. And " +
        "a link isn't a file, a folder, or a socket: test for what you may " +
        "remove, with lstat()'s isSocket.",
    },
    other: {
      name: "stale.sock",
      gone: {
        problem: "The socket that the link points to is gone.",
        likely: "That socket is at another path, and it isn't yours. " +
          "realPath() and stat() follow a link. lstat() doesn't, and says that " +
          "a link isn't a socket. Remove only what's at the path itself.",
      },
    },
  },
  {
    step: "a FIFO (a named pipe, mkfifo) is at the path",
    place: placeFifo,
    remove: (path) => Deno.removeSync(path),
    isIntact: isLetter,
    gone: {
      problem: "The FIFO at the path is gone.",
      likely: "A FIFO isn't a socket, a plain file, a folder, or a link, and " +
        `connecting to it is refused, too. ${KINDS}`,
    },
  },
  {
    step: "an open datagram socket is at the path",
    place(path, trial) {
      trial.use(Deno.listenDatagram({ transport: "unixpacket", path }));
      return undefined;
    },
    remove: (path) => Deno.removeSync(path),
    gone: {
      problem: "listenAt() removed the file of an open datagram socket.",
      likely: "connect() fails here even though the socket is in use. Only " +
        "ConnectionRefused means that it's stale: don't call Deno.remove() " +
        "after any other error, such as WouldBlock for a full backlog.",
    },
  },
];

function placeFile(path: string): undefined {
  Deno.writeTextFileSync(path, "a letter");
}

function isLetter(path: string): boolean {
  return Deno.readTextFileSync(path) === "a letter";
}

/**
 * Puts a plain file at the path, and makes Deno call it a FIFO, because a check
 * isn't allowed to make a real one. An answer that asks the system in another way
 * sees a plain file. That must stay, too, and connecting to it is refused, as
 * with a FIFO.
 */
function placeFifo(path: string): Disposable {
  placeFile(path);
  const { lstat, lstatSync, stat, statSync } = Deno;
  const asFifo = (info: Deno.FileInfo): Deno.FileInfo => ({
    ...info,
    isFile: false,
    isFifo: true,
    size: 0,
  });
  Object.assign(Deno, {
    lstat: async (one: string) => asFifo(await lstat(one)),
    lstatSync: (one: string) => asFifo(lstatSync(one)),
    stat: async (one: string) => asFifo(await stat(one)),
    statSync: (one: string) => asFifo(statSync(one)),
  });
  return {
    [Symbol.dispose]() {
      Object.assign(Deno, { lstat, lstatSync, stat, statSync });
    },
  };
}

/**
 * Puts a link to `stale.sock` at the path. Under `deno task check`, the folder
 * has one from the start (`links` in the catalog), because a check isn't allowed
 * to make one.
 */
function linkToStale(path: string): undefined {
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
