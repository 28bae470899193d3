import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { join } from "node:path";
import {
  listenUnix,
  MAX_UNIX_PATH_BYTES,
  readToEnd,
  writeAll,
} from "../../lib/net/mod.ts";
import { ROOT } from "../../lib/workbook/checker/catalog.ts";
import { Talk } from "../clients/programs.ts";
import {
  noUnixSockets,
  temporaryFolder,
  testWithFiles,
} from "./net_fixture.ts";
import { type UnixChild, unixChild } from "./unix_child.ts";
import {
  exists,
  leaveStale,
  testPathOfProcess,
  testUnix,
} from "./unix_fixture.ts";

const { AddrInUse, NotFound } = Deno.errors;

/** Whether somebody who connects gets a word through. */
async function assertServes(listener: Deno.UnixListener): Promise<void> {
  const path = listener.addr.path!;
  using client = await Deno.connect({ transport: "unix", path });
  await writeAll(client, new Uint8Array([42]));
  await client.closeWrite();
  // Whoever knocked before comes out of the queue first, and says nothing.
  while (true) {
    using server = await listener.accept();
    if ((await readToEnd(server)).length > 0) return;
  }
}

function modeOf(path: string): number {
  return Deno.lstatSync(path).mode! & 0o777;
}

testUnix(
  "listenUnix() listens in a folder of its own, and takes it away again",
  async () => {
    const listener = await listenUnix();
    const path = listener.addr.path!;
    const folder = join(path, "..");
    assertEquals(modeOf(folder), 0o700);
    assertEquals(modeOf(path), 0o600);
    await assertServes(listener);
    listener.close();
    assert(!exists(folder));
  },
);

testUnix(
  "listenUnix() leaves its own folder if somebody put something there",
  async () => {
    const listener = await listenUnix();
    const folder = join(listener.addr.path!, "..");
    Deno.writeTextFileSync(`${folder}/note`, "mine");
    listener.close();
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), [
      "note",
    ]);
    Deno.removeSync(folder, { recursive: true });
  },
);

for (const mode of [0o600, 0o660, 0o777, 0o200]) {
  testUnix(
    `listenUnix() makes a file with the mode 0o${mode.toString(8)}`,
    async () => {
      using folder = temporaryFolder();
      using listener = await listenUnix(`${folder.path}/s`, { mode });
      assertEquals(modeOf(listener.addr.path!), mode);
    },
  );
}

for (const mode of [-1, 0o1000, 1.5, NaN]) {
  testUnix(`listenUnix() throws RangeError for the mode ${mode}`, async () => {
    await assertRejects(
      () => listenUnix("/nowhere/s", { mode }),
      RangeError,
      `Cannot listen on unix:/nowhere/s: the mode ${mode} is not in`,
    );
  });
}

for (const name of ["a b  c", "ümlaut ß 日本 😀", "-x", "a:b", "100%"]) {
  testUnix(`listenUnix() listens at a path called "${name}"`, async () => {
    using folder = temporaryFolder();
    const path = `${folder.path}/${name}`;
    const listener = await listenUnix(path);
    assertEquals(listener.addr.path, path);
    assertEquals([...Deno.readDirSync(folder.path)].map(({ name }) => name), [
      name,
    ]);
    await assertServes(listener);
    listener.close();
    assert(!exists(path));
  });
}

testUnix(
  "listenUnix() refuses a path that has a listener, and leaves it",
  async () => {
    using folder = temporaryFolder();
    const path = `${folder.path}/s`;
    using first = await listenUnix(path);
    const before = Deno.lstatSync(path).ino;
    await assertRejects(
      () => listenUnix(path),
      AddrInUse,
      `Cannot listen on unix:${path}: another listener has that path`,
    );
    assertEquals(Deno.lstatSync(path).ino, before);
    await assertServes(first);
  },
);

testUnix(
  "listenUnix() refuses a path with a datagram socket behind it",
  async () => {
    using folder = temporaryFolder();
    const path = `${folder.path}/s`;
    const socket = Deno.listenDatagram({ transport: "unixpacket", path });
    await assertRejects(
      () => listenUnix(path),
      AddrInUse,
      "a socket is open there",
    );
    assert(exists(path));
    socket.close();
  },
);

testWithFiles(
  5000,
  "listenUnix() takes a listener with a full queue for what it is: alive",
  async () => {
    using folder = temporaryFolder();
    const path = `${folder.path}/s`;
    using _listener = Deno.listen({ transport: "unix", path });
    const clients: Deno.Conn[] = [];
    let full = false;
    while (!full && clients.length < 5000) {
      await Deno.connect({ transport: "unix", path }).then(
        (conn) => clients.push(conn),
        () => full = true,
      );
    }
    await assertRejects(() => listenUnix(path), AddrInUse);
    assert(exists(path));
    for (const client of clients) client.close();
  },
  { ignore: noUnixSockets },
);

testUnix(
  "listenUnix() replaces a path that a closed listener left",
  async () => {
    using folder = temporaryFolder();
    const path = `${folder.path}/s`;
    leaveStale(path);
    using listener = await listenUnix(path);
    await assertServes(listener);
  },
);

testUnix(
  "listenUnix() replaces a path that a closed datagram socket left",
  async () => {
    using folder = temporaryFolder();
    const path = `${folder.path}/s`;
    Deno.listenDatagram({ transport: "unixpacket", path }).close();
    using listener = await listenUnix(path);
    await assertServes(listener);
  },
);

testPathOfProcess("stream", listenUnix);

testUnix(
  "listenUnix() refuses a plain file, a folder and a pipe, and leaves them",
  async () => {
    using folder = temporaryFolder();
    const file = `${folder.path}/file`;
    Deno.writeTextFileSync(file, "mine");
    await assertRejects(
      () => listenUnix(file),
      AddrInUse,
      `Cannot listen on unix:${file}: there is a plain file at that path`,
    );
    assertEquals(Deno.readTextFileSync(file), "mine");

    const subfolder = `${folder.path}/folder`;
    Deno.mkdirSync(subfolder);
    await assertRejects(() => listenUnix(subfolder), AddrInUse, "a folder");
    assert(Deno.lstatSync(subfolder).isDirectory);

    const pipe = `${folder.path}/pipe`;
    new Deno.Command("mkfifo", { args: [pipe] }).outputSync();
    await assertRejects(() => listenUnix(pipe), AddrInUse, "a pipe");
    assert(Deno.lstatSync(pipe).isFifo);
  },
);

for (const target of ["a stale socket", "a live socket", "a file", "nothing"]) {
  testUnix(
    `listenUnix() refuses a symbolic link to ${target}, and leaves both`,
    async () => {
      using folder = temporaryFolder();
      const [link, path] = [`${folder.path}/link`, `${folder.path}/target`];
      Deno.symlinkSync(path, link);
      if (target === "a stale socket") leaveStale(path);
      if (target === "a file") Deno.writeTextFileSync(path, "mine");
      using _live = target === "a live socket"
        ? Deno.listen({ transport: "unix", path })
        : undefined;
      await assertRejects(() => listenUnix(link), AddrInUse, "a symbolic link");
      assertEquals(Deno.readLinkSync(link), path);
      assertEquals(exists(path), target !== "nothing");
    },
  );
}

testUnix(
  "listenUnix() throws NotFound for a folder that is missing",
  async () => {
    using folder = temporaryFolder();
    await assertRejects(
      () => listenUnix(`${folder.path}/none/s`),
      NotFound,
      `Cannot listen on unix:${folder.path}/none/s: `,
    );
  },
);

/** Somebody to whom a folder can be closed: nobody, where this is root. */
const uid = Deno.uid() === 0 ? 65534 : undefined;
/** Where nobody keeps compiled modules, so that it compiles them once. */
const denoDir = uid === undefined ? undefined : folderOfEverybody();

function folderOfEverybody(): string {
  const path = Deno.makeTempDirSync({ prefix: "socket-workbook-test-" });
  Deno.chmodSync(path, 0o777);
  Deno.test.afterAll(() => Deno.removeSync(path, { recursive: true }));
  return path;
}

/** Opens a socket as that stranger. */
function strangersChild(path: string): UnixChild {
  return unixChild(path, { uid, denoDir });
}

const mayRunAs = uid === undefined || await (async () => {
  using folder = temporaryFolder();
  try {
    await using child = strangersChild(`${folder.path}/none/s`);
    return (await child.said) !== "";
  } catch (error) {
    // Deno itself may lie in a folder of root's.
    if (error instanceof Deno.errors.PermissionDenied) return false;
    throw error;
  }
})();

function testAsStranger(name: string, fn: () => Promise<void>): void {
  const reason = " (ignored: this is root, and nobody may not read the tests)";
  if (mayRunAs) testUnix(name, fn);
  else Deno.test.ignore(name + reason, fn);
}

testAsStranger(
  "listenUnix() throws PermissionDenied for a folder that it may not write to",
  async () => {
    using folder = temporaryFolder();
    const path = `${folder.path}/s`;
    Deno.chmodSync(folder.path, 0o555);
    {
      await using child = strangersChild(path);
      assertStringIncludes(
        await child.said,
        `PermissionDenied: Cannot listen on unix:${path}: `,
      );
    }
    assertEquals([...Deno.readDirSync(folder.path)], []);
    Deno.chmodSync(folder.path, 0o755);
  },
);

testAsStranger(
  "listenUnix() throws PermissionDenied for a folder that it may not enter",
  async () => {
    using folder = temporaryFolder();
    Deno.chmodSync(folder.path, 0o000);
    {
      await using child = strangersChild(`${folder.path}/s`);
      assertStringIncludes(await child.said, "PermissionDenied: Cannot listen");
    }
    Deno.chmodSync(folder.path, 0o755);
  },
);

testAsStranger(
  "listenUnix() throws PermissionDenied for a stale path that it may not remove",
  async () => {
    using folder = temporaryFolder();
    const path = `${folder.path}/s`;
    leaveStale(path);
    Deno.chmodSync(path, 0o777);
    Deno.chmodSync(folder.path, 0o555);
    {
      await using child = strangersChild(path);
      assertStringIncludes(await child.said, "PermissionDenied: Cannot listen");
    }
    assert(exists(path));
    Deno.chmodSync(folder.path, 0o755);
  },
);

testAsStranger(
  "listenUnix() does not take a path where it may not even knock",
  async () => {
    using folder = temporaryFolder();
    const path = `${folder.path}/s`;
    using _listener = await listenUnix(path, { mode: 0o000 });
    Deno.chmodSync(folder.path, 0o777);
    {
      await using child = strangersChild(path);
      // Not every system asks for the mode of a socket.
      const expected = Deno.build.os === "linux" ? "PermissionDenied" : "";
      assertMatch(await child.said, new RegExp(`^${expected}.*Cannot listen`));
    }
    assert(exists(path));
  },
);

testUnix(
  "listenUnix() takes the longest path, and refuses one byte more",
  async () => {
    using folder = temporaryFolder();
    const room = MAX_UNIX_PATH_BYTES - folder.path.length - 1;
    const longest = `${folder.path}/${"x".repeat(room)}`;
    const listener = await listenUnix(longest);
    await assertServes(listener);
    listener.close();
    const error = await assertRejects(
      () => listenUnix(`${longest}x`),
      TypeError,
      `the path has ${MAX_UNIX_PATH_BYTES + 1} bytes`,
    );
    assertStringIncludes(error.message, `at most ${MAX_UNIX_PATH_BYTES}`);
    // The same number of characters, and more bytes.
    await assertRejects(
      () => listenUnix(`${folder.path}/${"ä".repeat(room)}`),
      TypeError,
    );
  },
);

for (const path of ["", "\0abstract", "/tmp/a\0b"]) {
  testUnix(
    `listenUnix() throws TypeError for the path ${JSON.stringify(path)}`,
    async () => {
      await assertRejects(
        () => listenUnix(path),
        TypeError,
        "Cannot listen on",
      );
    },
  );
}

testUnix(
  "two listenUnix() at once on a stale path: one wins, twenty times over",
  async () => {
    using folder = temporaryFolder();
    const path = `${folder.path}/s`;
    for (let round = 0; round < 20; round++) {
      leaveStale(path);
      const results = await Promise.allSettled([
        listenUnix(path),
        listenUnix(path),
        listenUnix(path),
      ]);
      const winners = results.filter((result) => result.status === "fulfilled");
      assertEquals(winners.length, 1, `round ${round}`);
      for (const result of results) {
        if (result.status === "rejected") {
          assertInstanceOf(result.reason, AddrInUse);
        }
      }
      await assertServes(winners[0].value);
      winners[0].value.close();
    }
  },
);

/** Starts a process that races others to a path. */
function startRacer(path: string): Talk {
  const racer = join(ROOT, "tests", "lib", "unix_racer.ts");
  const config = join(ROOT, "deno.json");
  const args = ["run", "-qA", "--no-check", "--config", config, racer, path];
  return new Talk(Deno.execPath(), args);
}

/** Gives all of them the same line, and waits for what each answers. */
async function askEach(
  racers: Talk[],
  line: string,
  answer: string,
): Promise<string[]> {
  await Promise.all(racers.map((racer) => racer.type(`${line}\n`)));
  const answers = racers.map((racer) =>
    racer.expect(new RegExp(`^${answer}\n`, "m"))
  );
  return (await Promise.all(answers)).map(([, said]) => said);
}

testUnix(
  "two processes at once on a stale path: one wins, twenty times over",
  async () => {
    using folder = temporaryFolder();
    const path = `${folder.path}/s`;
    await using first = startRacer(path);
    await using second = startRacer(path);
    const racers = [first, second];
    // Both have to be there: one that still starts would be late.
    await askEach(racers, "close", "0 (closed)");
    for (let round = 1; round <= 20; round++) {
      leaveStale(path);
      // Time for both to hear of it, so that neither is late.
      const at = Date.now() + 10;
      const said = await askEach(racers, String(at), `${round} (.*)`);
      assertEquals(said.toSorted(), [
        `AddrInUse: Cannot listen on unix:${path}: another listener has that path`,
        "open",
      ], `round ${round}`);
      await askEach(racers, "close", `${round} (closed)`);
    }
  },
);

testUnix("close() removes nobody else's file at the same path", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/s`;
  const first = await listenUnix(path);
  // Somebody who does not look takes the path over.
  Deno.removeSync(path);
  using second = Deno.listen({ transport: "unix", path });
  first.close();
  await assertServes(second);
  assertEquals([...Deno.readDirSync(folder.path)].map(({ name }) => name), [
    "s",
  ]);
});

testUnix(
  "close() does not mind a path that is gone, and throws BadResource the second time",
  async () => {
    using folder = temporaryFolder();
    const path = `${folder.path}/s`;
    const listener = await listenUnix(path);
    Deno.removeSync(path);
    listener.close();
    Deno.writeTextFileSync(path, "mine");
    assertThrows(() => listener.close(), Deno.errors.BadResource);
    assertEquals(Deno.readTextFileSync(path), "mine");
  },
);

testUnix(
  "listenUnix() closes the listener when the signal is aborted",
  async () => {
    using folder = temporaryFolder();
    const path = `${folder.path}/s`;
    const stop = new AbortController();
    const listener = await listenUnix(path, { signal: stop.signal });
    const accepted = assertRejects(
      () => listener.accept(),
      Deno.errors.BadResource,
    );
    stop.abort();
    await accepted;
    assert(!exists(path));
  },
);

testUnix(
  "listenUnix() throws the signal's reason, and opens nothing, if it is aborted already",
  async () => {
    using folder = temporaryFolder();
    const reason = new Error("too late");
    const thrown = await assertRejects(() =>
      listenUnix(`${folder.path}/s`, { signal: AbortSignal.abort(reason) })
    );
    assertStrictEquals(thrown, reason);
    assert(!exists(`${folder.path}/s`));
  },
);

testUnix(
  "listenUnix() gives up when aborted while somebody holds the folder's lock",
  async () => {
    using folder = temporaryFolder();
    using held = Deno.openSync(folder.path);
    held.lockSync(true);
    const stop = new AbortController();
    const listening = listenUnix(`${folder.path}/s`, { signal: stop.signal });
    stop.abort();
    await assertRejects(() => listening, DOMException, "aborted");
    assert(!exists(`${folder.path}/s`));
  },
);
