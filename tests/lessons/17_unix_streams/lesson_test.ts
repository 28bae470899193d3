import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { createConnection } from "node:net";
import { exercises } from "../../../lessons/17_unix_streams/exercises.ts";
import {
  lesson,
  NOT_ON_WINDOWS,
  serve,
} from "../../../lessons/17_unix_streams/lesson.ts";
import * as solution from "../../../lessons/17_unix_streams/solution.ts";
import {
  connect,
  listenUnix,
  MAX_UNIX_PATH_BYTES,
  readExact,
  readToEnd,
  writeAll,
} from "../../../lib/net/mod.ts";
import { UsageError } from "../../../lib/workbook/checker/usage_error.ts";
import { noUnixSockets, temporaryFolder } from "../../lib/net_fixture.ts";
import { unixChild } from "../../lib/unix_child.ts";
import { testUnix } from "../../lib/unix_fixture.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { Recording, recordOnce } from "../record.ts";
import { listenAtMistakes, pathFitsMistakes } from "./wrong_answers.ts";

type ListenAt = (path: string) => Promise<Deno.UnixListener>;
type PathFits = (path: string) => boolean;

if (noUnixSockets) {
  Deno.test.ignore(
    "17 (ignored: Deno has no Unix sockets on Windows)",
    () => {},
  );
} else {
  testExercises("unix_streams", exercises, {
    "17.1": listenAtMistakes,
    "17.2": pathFitsMistakes,
  });
  testAccepted<ListenAt>(exercises[0], {
    "that looks and knocks before it listens": async (path) => {
      const found = await Deno.lstat(path).catch(() => undefined);
      if (found !== undefined) {
        const refused = found.isSocket && await Deno.connect({
          transport: "unix",
          path,
        }).then((conn) => {
          conn.close();
          return false;
        }, (error) => error instanceof Deno.errors.ConnectionRefused);
        if (!refused) throw new Deno.errors.AddrInUse(`${path} is taken`);
        await Deno.remove(path);
      }
      return Deno.listen({ transport: "unix", path });
    },
    "that asks in a loop, and never waits": async (path) => {
      for (let attempts = 0;; attempts++) {
        try {
          return Deno.listen({ transport: "unix", path });
        } catch (error) {
          if (attempts > 0 || !Deno.lstatSync(path).isSocket) throw error;
          try {
            (await Deno.connect({ transport: "unix", path })).close();
            throw error;
          } catch (reason) {
            if (!(reason instanceof Deno.errors.ConnectionRefused)) throw error;
          }
          Deno.removeSync(path);
        }
      }
    },
    "by node:net, for the knock": async (path) => {
      try {
        return Deno.listen({ transport: "unix", path });
      } catch (error) {
        if (!(await Deno.lstat(path)).isSocket) throw error;
        const code = await new Promise<string>((resolve) => {
          const knock = createConnection(path, () => {
            knock.destroy();
            resolve("connected");
          });
          knock.on(
            "error",
            ({ code }: NodeJS.ErrnoException) => resolve(code ?? ""),
          );
        });
        if (code !== "ECONNREFUSED") throw error;
        await Deno.rename(path, `${path}.old`);
        await Deno.remove(`${path}.old`);
        return Deno.listen({ transport: "unix", path });
      }
    },
    "with the helper of lib/net": (path) => listenUnix(path),
  });

  testAccepted<PathFits>(exercises[1], {
    "by encodeInto a field of 107 bytes": (path) =>
      new TextEncoder().encodeInto(path, new Uint8Array(107)).read ===
        path.length,
    "by the size of a Blob": (path) => new Blob([path]).size < 108,
    "by adding up code points": (path) => {
      let size = 1;
      for (const one of path) {
        const code = one.codePointAt(0)!;
        size += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      }
      return size <= 108;
    },
  });
}

/** The run that all tests ask about. */
const theRun = recordOnce(async (show) => {
  using folder = temporaryFolder();
  await lesson(show, { folder: folder.path });
  assertEquals([...Deno.readDirSync(folder.path)], [], "it leaves nothing");
});

testUnix(
  "lesson 17 shows a file that holds nothing, and lets its owner in",
  async () => {
    const recording = await theRun();
    assertEquals(recording.fact("file"), "a socket, 0 bytes");
    assertEquals(recording.fact("mode"), "600  srw-------");
    assertMatch(
      recording.fact("connect() with mode 000"),
      Deno.uid() === 0 ? /^it worked$/ : /^PermissionDenied|^it worked$/,
    );
  },
);

testUnix(
  "lesson 17 shows a question and its answer, and a client with no path",
  async () => {
    const recording = await theRun();
    const [question, answer] = recording.all("arrow");
    assertEquals([question.from, answer.from], ["client", "server"]);
    assertEquals(question.label, answer.label);
    assertEquals(recording.all("endpoint").map(({ endpoint }) => endpoint), [
      "no path",
      "…/door.sock",
    ]);
  },
);

testUnix(
  "lesson 17 shows a second server refused, and the first one going on",
  async () => {
    const recording = await theRun();
    const [second] = recording.all("fact").filter(({ name }) =>
      name === "Deno.listen()"
    );
    assertMatch(second.value, /^AddrInUse: /);
    assertEquals(recording.fact("the first server then"), 'says "welcome"');
  },
);

testUnix("lesson 17 shows what a stale path does, and its repair", async () => {
  const recording = await theRun();
  assertMatch(recording.fact("connect()"), /^ConnectionRefused: /);
  const [, stale] = recording.all("fact").filter(({ name }) =>
    name === "Deno.listen()"
  );
  assertMatch(stale.value, /^AddrInUse: /);
  assertEquals(
    recording.fact("listenUnix(), then a client"),
    'says "welcome"',
  );
});

testUnix(
  "a server that is really killed leaves the path that lesson 17 shows",
  async () => {
    using folder = temporaryFolder();
    const path = `${folder.path}/s`;
    const server = unixChild(path);
    assertEquals(await server.said, "open");
    await server.kill("SIGKILL");
    assert(Deno.lstatSync(path).isSocket);
    await assertRejects(
      () => Deno.connect({ transport: "unix", path }),
      Deno.errors.ConnectionRefused,
    );
    (await solution.listenAt(path)).close();
  },
);

testUnix(
  "lesson 17 leaves a plain file as it is, though it refuses too",
  async () => {
    const recording = await theRun();
    assertMatch(
      recording.fact("plain file: connect()"),
      Deno.build.os === "linux" ? /^ConnectionRefused: / : /^\w+: /,
    );
    assertMatch(recording.fact("plain file: listenUnix()"), /^AddrInUse: /);
    assertEquals(recording.fact("what the file holds"), '"a letter"');
  },
);

testUnix("lesson 17 finds the longest path, in bytes", async () => {
  const recording = await theRun();
  assertEquals(
    recording.fact("the longest that listens"),
    `${MAX_UNIX_PATH_BYTES} bytes, ${MAX_UNIX_PATH_BYTES - 1} characters`,
  );
  assertMatch(recording.fact("one slash more"), /^TypeError: /);
});

testUnix(
  "lesson 17 shows a port for the one socket, and only a path for the other",
  async () => {
    const recording = await theRun();
    const names = recording.all("fact").map(({ name }) => name);
    if (!names.includes("ss: with a port")) {
      assert(names.includes("TCP") && names.includes("Unix"));
      return;
    }
    assertMatch(recording.fact("ss: with a port"), /127\.0\.0\.1:\d+/);
    assertMatch(recording.fact("ss: with a path"), /\/door\.sock/);
  },
);

testUnix(
  "lesson 17 compares both kinds, for the time and for the rate",
  async () => {
    const recording = await theRun();
    const charts = recording.all("bars");
    assertEquals(charts.map(({ unit }) => unit), ["µs", "MB/s"]);
    for (const { bars } of charts) {
      assertEquals(bars.map(({ name }) => name), ["TCP", "Unix"]);
      for (const { value } of bars) assert(value > 0 && Number.isFinite(value));
    }
  },
);

Deno.test({
  name: "lesson 17 says on Windows why it cannot run, and which one to take",
  ignore: !noUnixSockets,
  async fn() {
    const recording = new Recording();
    await lesson(recording.show, { folder: "" });
    assertEquals(recording.all("say").map(({ text }) => text), [
      NOT_ON_WINDOWS,
    ]);
  },
});

interface Serving {
  recording: Recording;
  path: string;
  stop: () => Promise<void>;
}

async function withServer(
  talk: (serving: Serving) => Promise<void>,
): Promise<void> {
  using folder = temporaryFolder();
  const stop = new AbortController();
  const recording = new Recording();
  const path = `${folder.path}/door.sock`;
  const waiting = Promise.withResolvers<void>();
  const { events } = recording;
  const push = events.push.bind(events);
  events.push = (...more) => {
    if (more.some((event) => event.kind === "note")) waiting.resolve();
    return push(...more);
  };
  const serving = serve(recording.show, {
    port: 0,
    folder: folder.path,
    signal: stop.signal,
  });
  await waiting.promise;
  await talk({
    recording,
    path,
    stop: () => {
      stop.abort();
      return serving;
    },
  });
  assertEquals([...Deno.readDirSync(folder.path)], []);
}

testUnix(
  "lesson 17 serves lines at a path, and removes it when it is told to stop",
  async () => {
    await withServer(async ({ recording, path, stop }) => {
      assertEquals(recording.fact("nc"), `nc -U ${path}`);
      using client = await connect(`unix:${path}`);
      for (const text of ["hello\n", "grüße\n"]) {
        const line = new TextEncoder().encode(text);
        await writeAll(client, line);
        assertEquals(await readExact(client, line.length), line);
      }
      await stop();
      assertMatch(recording.all("note").at(-1)!.text, /1 client served/);
    });
  },
);

testUnix("lesson 17 answers HTTP to whoever asks by HTTP", async () => {
  await withServer(async ({ path, stop }) => {
    using client = await connect(`unix:${path}`);
    const head = "GET /hello HTTP/1.1\r\nHost: door\r\nAccept: */*\r\n\r\n";
    await writeAll(client, new TextEncoder().encode(head));
    const text = new TextDecoder().decode(await readToEnd(client));
    const [, size, body] = text.match(
      /^HTTP\/1\.1 200 OK\r\n(?:.+\r\n)*Content-Length: (\d+)\r\n(?:.+\r\n)*\r\n([^]*)$/,
    )!;
    assertEquals(Number(size), body.length);
    await stop();
  });
});

testUnix("lesson 17 --serve has no port, and says so", async () => {
  await assertRejects(
    () =>
      serve(new Recording().show, {
        port: 7000,
        folder: "/nowhere",
        signal: new AbortController().signal,
      }),
    UsageError,
    "leave --port out",
  );
});
