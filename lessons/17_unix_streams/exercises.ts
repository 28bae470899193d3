/** The exercises of lesson 17, and how an answer to each is checked. */
import { dirname, join } from "node:path";
import { readToEnd, writeAll } from "../../lib/net/mod.ts";
import {
  type Exercise,
  exercise,
  socketFolder,
  type Trial,
  type TrialFailure,
} from "../../lib/workbook/kit/mod.ts";
import { leaveStale } from "./leave_stale.ts";
import * as solution from "./solution.ts";

type ListenAt = (path: string) => Promise<Deno.UnixListener>;
type PathFits = (path: string) => boolean;

const PATH = "A path for an address";
const SECOND = "A second server";
const STALE = "A path that nobody is behind";
const LENGTH = "How long a path may be";

const { AddrInUse } = Deno.errors;

const listenAt = exercise<ListenAt>({
  id: "17.1",
  title: "Listen where a server was killed",
  solution: solution.listenAt,
  hints: [
    "Two things are at stake: a file that must go, and everything else, which " +
    "must stay. What tells a socket that somebody is behind from one that " +
    "nobody is?",
    "Begin with `Deno.listen()`. If it throws AddrInUse, look what is there " +
    "(`Deno.lstat(path)`), and knock (`Deno.connect()`). Only if it is a socket " +
    "and the knock is refused, remove it and listen again. In every other case " +
    "throw the AddrInUse that you have.",
    "Nearly the code:\n" +
    "    try {\n" +
    '      return Deno.listen({ transport: "unix", path });\n' +
    "    } catch (error) {\n" +
    "      if (!(error instanceof Deno.errors.AddrInUse)) throw error;\n" +
    "      const { isSocket } = await Deno.lstat(path);\n" +
    "      if (!isSocket || await somebodyAnswers(path)) throw error;\n" +
    "    }\n" +
    "    // remove, and listen again\n" +
    "where somebodyAnswers() connects and closes: true if that works, and true " +
    "for every error that is not ConnectionRefused.",
  ],
  read: STALE,
  async check(listenAt, trial) {
    const folder = socketFolder(trial, ["door.sock", "stale.sock"]);
    const path = `${folder}/door.sock`;
    await checkEmpty(listenAt, path, trial);
    await checkAlive(listenAt, path, trial);
    await checkStale(listenAt, path, trial);
    await checkPlainFile(listenAt, path, trial);
    await checkFolder(listenAt, path, trial);
    await checkLink(listenAt, path, trial);
    await checkDatagram(listenAt, path, trial);
  },
});

/** Nothing is there: a listener like any other. */
async function checkEmpty(
  listenAt: ListenAt,
  path: string,
  trial: Trial,
): Promise<void> {
  trial.step("listenAt() is called where there is nothing, and a client comes");
  const listener = await listenOrFail(listenAt, path, trial);
  await expectWelcome(listener, path, trial);
  listener.close();
}

/** Calls it where it must give a listener. */
async function listenOrFail(
  listenAt: ListenAt,
  path: string,
  trial: Trial,
  explain?: (error: unknown) => TrialFailure | undefined,
): Promise<Deno.UnixListener> {
  const listener = await trial.waitFor(
    trial.start("listenAt", () => listenAt(path), explain),
    {
      waitingFor: "listenAt() to give a listener",
      likely:
        "Does it wait for a client? To listen is to open the socket, and " +
        "no more: whoever called it accepts.",
      read: PATH,
    },
  );
  if (typeof listener?.accept !== "function") {
    trial.fail({
      problem: `listenAt() gave ${Deno.inspect(listener)}.`,
      expected: "a listener",
      likely: "Return what Deno.listen() gives.",
      read: PATH,
    });
  }
  return trial.use(listener);
}

/** Whether a client at the path gets through to a listener. */
async function expectWelcome(
  listener: Deno.UnixListener,
  path: string,
  trial: Trial,
): Promise<void> {
  const advice = {
    likely:
      "Listen at the path that listenAt() was given, and leave the file " +
      "there: without it nobody finds the socket.",
    read: PATH,
  };
  const client = await Deno.connect({ transport: "unix", path }).catch(
    (error: Error) =>
      trial.fail({
        problem: `A client that came to the path got ${error.name}: ` +
          `${error.message}.`,
        ...advice,
      }),
  );
  trial.use(client);
  const server = await trial.waitFor(listener.accept(), {
    waitingFor: "the client to come out of accept()",
    ...advice,
  });
  trial.use(server);
  const welcome = new TextEncoder().encode("welcome");
  await writeAll(server, welcome);
  await server.closeWrite();
  trial.equalBytes(await readToEnd(client), welcome, advice);
  client.close();
}

/** A server listens: it must stay as it is, and hear no more than a knock. */
async function checkAlive(
  listenAt: ListenAt,
  path: string,
  trial: Trial,
): Promise<void> {
  trial.step("another server listens there, and listenAt() is called");
  const alive = trial.use(Deno.listen({ transport: "unix", path }));
  const before = Deno.lstatSync(path);
  const outcome = await settle(listenAt, path, trial);
  if (outcome.status === "fulfilled") {
    trial.fail({
      problem: "listenAt() took the path from a server that is alive.",
      expected: "AddrInUse",
      received: "a listener",
      likely: "New clients now come to the second server, and the first one " +
        "waits for ever without knowing why. Ask before anything is removed: " +
        "whoever can connect has found somebody alive.",
      read: SECOND,
    });
  }
  expectUntouched(path, before, {
    problem: "The other server listens, and its file is gone.",
    likely: "No new client can find that server any more. Remove nothing " +
      "before you know that nobody is there.",
    read: SECOND,
  }, trial);
  expectAddrInUse(outcome.reason, trial);

  trial.step("the other server accepts who knocked, and then a real client");
  const client = trial.use(await Deno.connect({ transport: "unix", path }));
  await client.write(new Uint8Array([42]));
  await client.closeWrite();
  while (true) {
    const guest = trial.use(
      await trial.waitFor(alive.accept(), {
        waitingFor: "the real client to come out of accept()",
        likely: "Leave the other server's socket alone.",
        read: SECOND,
      }),
    );
    // Whoever knocked comes first, for the queue keeps its order.
    const heard = await trial.waitFor(readToEnd(guest), {
      waitingFor: "the connection by which listenAt() knocked to end",
      likely: "The connection by which you asked whether anybody is there is " +
        "still open, and a server waits at its other end. Close it: `using " +
        "knock = await Deno.connect(…)` does so in every case.",
      read: STALE,
    });
    if (heard.length > 0) break;
  }
  alive.close();
}

/** Waits for either outcome of a call that should fail. */
async function settle(
  listenAt: ListenAt,
  path: string,
  trial: Trial,
): Promise<PromiseSettledResult<Deno.UnixListener>> {
  const [outcome] = await trial.waitFor(
    Promise.allSettled([(async () => await listenAt(path))()]),
    {
      waitingFor: "listenAt() to throw AddrInUse",
      likely: "Whether somebody is there is known at once. It need not wait " +
        "for the other server to go, or to answer.",
      read: SECOND,
    },
  );
  if (outcome.status === "fulfilled") trial.use(outcome.value);
  return outcome;
}

function expectUntouched(
  path: string,
  before: Deno.FileInfo,
  failure: TrialFailure,
  trial: Trial,
): void {
  try {
    const now = Deno.lstatSync(path);
    // The number alone says little: a new file may get that of a removed one.
    const kinds = ["isFile", "isDirectory", "isSymlink", "isSocket"] as const;
    const keys = ["ino", "dev", ...kinds] as const;
    if (keys.every((key) => now[key] === before[key])) return;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  trial.fail(failure);
}

function expectAddrInUse(error: unknown, trial: Trial): void {
  if (error instanceof AddrInUse) return;
  trial.fail({
    problem: "listenAt() threw another error than AddrInUse.",
    expected: "AddrInUse",
    received: error instanceof Error
      ? `${error.name}: ${error.message}`
      : Deno.inspect(error),
    likely: "A caller decides by the class of an error. Throw the AddrInUse " +
      "that Deno.listen() gave, or a new Deno.errors.AddrInUse(…).",
    read: SECOND,
  });
}

/** What a killed server leaves. */
async function checkStale(
  listenAt: ListenAt,
  path: string,
  trial: Trial,
): Promise<void> {
  for (const time of ["a server was killed there", "it happens again"]) {
    trial.step(`${time}: its file is left, and listenAt() is called`);
    leaveStale(path);
    const listener = await listenOrFail(
      listenAt,
      path,
      trial,
      (error) =>
        error instanceof AddrInUse
          ? {
            problem: "listenAt() threw AddrInUse, and nobody is there.",
            likely:
              "The file alone keeps a new listener out. If it is a socket " +
              "and a connection to it is refused, remove it and listen again.",
            read: STALE,
          }
          : undefined,
    );
    await expectWelcome(listener, path, trial);
    listener.close();
  }
}

/** A plain file refuses a connection exactly as a stale socket does. */
async function checkPlainFile(
  listenAt: ListenAt,
  path: string,
  trial: Trial,
): Promise<void> {
  trial.step("a plain file with a letter in it is at the path");
  Deno.writeTextFileSync(path, "a letter");
  const before = Deno.lstatSync(path);
  const outcome = await settle(listenAt, path, trial);
  expectUntouched(path, before, {
    problem: "The plain file at the path is gone, and the letter with it.",
    likely: "A plain file refuses a connection as well, exactly as a stale " +
      "socket does. Look what it is before you knock: " +
      "(await Deno.lstat(path)).isSocket.",
    read: STALE,
  }, trial);
  trial.equal(Deno.readTextFileSync(path), "a letter", {
    problem: "The plain file at the path holds something else now.",
    likely: "Leave what is no socket as it is.",
  });
  expectRefusal(outcome, trial);
  Deno.removeSync(path);
}

/** Deno.remove() takes an empty folder, too. */
async function checkFolder(
  listenAt: ListenAt,
  path: string,
  trial: Trial,
): Promise<void> {
  trial.step("an empty folder is at the path");
  Deno.mkdirSync(path);
  const before = Deno.lstatSync(path);
  const outcome = await settle(listenAt, path, trial);
  expectUntouched(path, before, {
    problem: "The folder at the path is gone.",
    likely:
      "Deno.remove() takes an empty folder as well. Ask for what may go, " +
      "isSocket, and not for what may not: there are more kinds of files than " +
      "one remembers.",
    read: STALE,
  }, trial);
  expectRefusal(outcome, trial);
  Deno.removeSync(path);
}

function expectRefusal(
  outcome: PromiseSettledResult<Deno.UnixListener>,
  trial: Trial,
): void {
  if (outcome.status === "rejected") {
    return expectAddrInUse(outcome.reason, trial);
  }
  trial.fail({
    problem: "listenAt() gave a listener, and what is at the path is none.",
    expected: "AddrInUse",
    received: Deno.inspect(outcome.value),
    likely: "Listen at the path that you were given, or throw.",
  });
}

/** What leads to a stale socket is none itself. */
async function checkLink(
  listenAt: ListenAt,
  path: string,
  trial: Trial,
): Promise<void> {
  trial.step("a symbolic link is at the path, and leads to a stale socket");
  const stale = join(dirname(path), "stale.sock");
  leaveStale(path);
  Deno.renameSync(path, stale);
  const link = linkToStale(dirname(path));
  Deno.renameSync(link, path);
  const [before, staleBefore] = [path, stale].map((at) => Deno.lstatSync(at));
  const outcome = await settle(listenAt, path, trial);
  expectUntouched(path, before, {
    problem: "The symbolic link at the path is gone.",
    likely:
      "stat() follows a link, and tells of the socket that it leads to; " +
      "remove() does not, and takes the link. Somebody has put it there on " +
      "purpose. lstat() tells what is at the path itself.",
    read: STALE,
  }, trial);
  expectUntouched(stale, staleBefore, {
    problem:
      "The socket that the link leads to is gone. It is at another path.",
    likely: "Only what is at the path itself may go. realPath() and stat() " +
      "follow a link to something else, which may be anybody's: lstat() does " +
      "not, and says that a link is no socket.",
    read: STALE,
  }, trial);
  expectRefusal(outcome, trial);
  Deno.renameSync(path, link);
}

/**
 * The path of a link to `stale.sock`. Under `deno task check` the folder has it
 * from the start (`links` in the catalogue): a check may make none.
 */
function linkToStale(folder: string): string {
  const link = join(folder, "link.sock");
  try {
    Deno.symlinkSync("stale.sock", link);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
  }
  return link;
}

/** Somebody is there who cannot be connected to. */
async function checkDatagram(
  listenAt: ListenAt,
  path: string,
  trial: Trial,
): Promise<void> {
  trial.step("a datagram socket is open there, which takes no connections");
  const socket = trial.use(
    Deno.listenDatagram({ transport: "unixpacket", path }),
  );
  const before = Deno.lstatSync(path);
  const outcome = await settle(listenAt, path, trial);
  expectUntouched(path, before, {
    problem: "listenAt() removed the file of a datagram socket that is open.",
    likely: "connect() fails here for another reason than that nobody is " +
      "there. Only ConnectionRefused means that: let no other error lead to " +
      "Deno.remove(). A queue that is full is another such reason.",
    read: STALE,
  }, trial);
  expectRefusal(outcome, trial);
  socket.close();
}

const pathFits = exercise<PathFits>({
  id: "17.2",
  pure: true,
  title: "Room for a path",
  solution: solution.pathFits,
  hints: [
    "The field in the kernel has room for bytes. How many bytes is a `ü`?",
    "Turn the path into the bytes that the kernel would get, and count those. " +
    "A `TextEncoder` makes UTF-8.",
    "Nearly the code:\n" +
    "    const bytes = new TextEncoder().encode(path);\n" +
    "and then compare bytes.length with 107, which still fits.",
  ],
  read: LENGTH,
  check(pathFits, trial) {
    for (const { path, what, fits, likely } of PATHS) {
      const bytes = new TextEncoder().encode(path).length;
      trial.step(`pathFits() for ${what}: ${bytes} bytes`);
      trial.equal(pathFits(path), fits, {
        problem: `The path has ${bytes} bytes: ${
          fits ? "it fits" : "no room"
        }.`,
        likely,
      });
    }
  },
});

/** A path of so many bytes, all of them ASCII. */
const ascii = (size: number) => `/${"a".repeat(size - 1)}`;

const PATHS: { path: string; what: string; fits: boolean; likely: string }[] = [
  {
    path: "/tmp/door.sock",
    what: '"/tmp/door.sock"',
    fits: true,
    likely: "Return true for what fits, and false for what does not.",
  },
  {
    path: ascii(60),
    what: "60 letters",
    fits: true,
    likely:
      "A letter of ASCII is one byte in UTF-8. Two bytes each are UTF-16, " +
      "which is how JavaScript keeps strings and not what the kernel gets.",
  },
  {
    path: `${ascii(110)}/a.sock`,
    what: "a short name in a long folder",
    fits: false,
    likely: "The whole path goes into the field, the folder too.",
  },
  {
    path: ascii(107),
    what: "107 letters",
    fits: true,
    likely:
      "107 still fit. The field has 108 bytes, and the one that is left " +
      "is for the zero at the end.",
  },
  {
    path: ascii(108),
    what: "108 letters",
    fits: false,
    likely:
      "The field has 108 bytes, but its last one is for the zero at the " +
      "end of the path: 107 are left.",
  },
  {
    path: ascii(1000),
    what: "1000 letters",
    fits: false,
    likely: "Return false for what does not fit.",
  },
  {
    path: `/${"ü".repeat(53)}`,
    what: "54 characters, 53 of them ü",
    fits: true,
    likely: "ü is two bytes in UTF-8, not more.",
  },
  {
    path: `/${"ü".repeat(54)}`,
    what: "55 characters, 54 of them ü",
    fits: false,
    likely:
      "Bytes count, and not characters: ü is one character and two bytes " +
      "in UTF-8. path.length counts neither, but the units of UTF-16.",
  },
  {
    path: `${ascii(106)}ü`,
    what: "107 characters, one of them ü",
    fits: false,
    likely:
      "Bytes count, and not characters: one ü is enough to be a byte over.",
  },
  {
    path: `/${"😀".repeat(26)}`,
    what: "27 characters, 26 of them 😀",
    fits: true,
    likely: "😀 is four bytes in UTF-8.",
  },
  {
    path: `/${"😀".repeat(27)}`,
    what: "28 characters, 27 of them 😀",
    fits: false,
    likely:
      "😀 is four bytes in UTF-8: one, two or three for a character are " +
      "not the only possibilities. A TextEncoder knows them all.",
  },
  {
    path: `/${"my folder/".repeat(10)}a`,
    what: "a path with ten spaces",
    fits: true,
    likely: "A space is one byte. Nothing is escaped in a path, so count no " +
      "`%20`.",
  },
];

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [listenAt, pathFits];
