import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  lesson,
  NOT_ON_WINDOWS,
  serve,
} from "../../../lessons/18_unix_streams/lesson.ts";
import * as solution from "../../../lessons/18_unix_streams/solution.ts";
import {
  connect,
  MAX_UNIX_PATH_BYTES,
  readExact,
  readToEnd,
  writeAll,
} from "../../../lib/net/mod.ts";
import { UsageError } from "../../../lib/workbook/checker/usage_error.ts";
import { noUnixSockets, temporaryFolder } from "../../lib/net_fixture.ts";
import { unixChild } from "../../lib/unix_child.ts";
import { testUnix } from "../../lib/unix_fixture.ts";
import { Recording, recordOnce } from "../record.ts";

/** The run that all the tests examine. */
const recordRun = recordOnce(async (show) => {
  using folder = temporaryFolder();
  await lesson(show, { folder: folder.path });
  assertEquals([...Deno.readDirSync(folder.path)], [], "it leaves no files");
});

function testRun(name: string, check: (run: Recording) => void): void {
  testUnix(`lesson 18 ${name}`, async () => check(await recordRun()));
}

testRun("shows an empty file that only its owner can connect to", (run) => {
  assertEquals(run.fact("file"), "a socket, 0 bytes");
  assertEquals(run.fact("mode"), "600  srw-------");
  assertMatch(
    run.fact("connect() with mode 000"),
    Deno.uid() === 0 ? /^it worked$/ : /^PermissionDenied|^it worked$/,
  );
});

testRun("shows a question, its answer, and a client without a path", (run) => {
  const [question, answer] = run.all("arrow");
  assertEquals([question.from, answer.from], ["client", "server"]);
  assertEquals(question.label, answer.label);
  assertEquals(run.all("endpoint").map(({ endpoint }) => endpoint), [
    "no path",
    "…/door.sock",
  ]);
});

testRun(
  "shows that a running server and a stale path both give AddrInUse",
  (run) => {
    const listens = run.all("fact").filter(({ name }) =>
      name === "Deno.listen()"
    );
    assertEquals(listens.length, 2);
    for (const { value } of listens) assertMatch(value, /^AddrInUse: /);
    assertEquals(run.fact("the first server then"), 'says "welcome"');
    assertMatch(run.fact("connect()"), /^ConnectionRefused: /);
    assertEquals(run.fact("listenUnix(), then a client"), 'says "welcome"');
  },
);

testUnix(
  "a server that's killed leaves a stale path, as in lesson 18",
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

testRun(
  "leaves a plain file alone, although connecting to it is refused",
  (run) => {
    assertMatch(
      run.fact("plain file: connect()"),
      Deno.build.os === "linux" ? /^ConnectionRefused: / : /^\w+: /,
    );
    assertMatch(run.fact("plain file: listenUnix()"), /^AddrInUse: /);
    assertEquals(run.fact("what the file holds"), '"a letter"');
  },
);

testRun("finds the longest path, in bytes", (run) => {
  assertEquals(
    run.fact("the longest that works"),
    `${MAX_UNIX_PATH_BYTES} bytes, ${MAX_UNIX_PATH_BYTES - 1} characters`,
  );
  assertMatch(run.fact("with one more slash"), /^TypeError: /);
});

testRun("shows a port for TCP, and only a path for Unix", (run) => {
  const names = run.all("fact").map(({ name }) => name);
  if (!names.includes("ss: with a port")) {
    assert(names.includes("TCP") && names.includes("Unix"));
    return;
  }
  assertMatch(run.fact("ss: with a port"), /127\.0\.0\.1:\d+/);
  assertMatch(run.fact("ss: with a path"), /\/door\.sock/);
});

testRun("compares the round-trip time and the rate of both kinds", (run) => {
  const charts = run.all("bars");
  assertEquals(charts.map(({ unit }) => unit), ["µs", "MB/s"]);
  for (const { bars } of charts) {
    assertEquals(bars.map(({ name }) => name), ["TCP", "Unix"]);
    for (const { value } of bars) assert(value > 0 && Number.isFinite(value));
  }
});

Deno.test({
  name: "lesson 18 says on Windows why it can't run, and what to run instead",
  ignore: !noUnixSockets,
  async fn() {
    const run = new Recording();
    await lesson(run.show, { folder: "" });
    assertEquals(run.all("say").map(({ text }) => text), [NOT_ON_WINDOWS]);
  },
});

/** Starts the lesson's server and, once it listens, talks to it. */
async function withServer(
  talk: (path: string, run: Recording) => Promise<void>,
): Promise<Recording> {
  using folder = temporaryFolder();
  const stop = new AbortController();
  const run = new Recording();
  const listening = Promise.withResolvers<void>();
  const { events } = run;
  const push = events.push.bind(events);
  events.push = (...more) => {
    if (more.some((event) => event.kind === "note")) listening.resolve();
    return push(...more);
  };
  const serving = serve(run.show, {
    port: 0,
    folder: folder.path,
    signal: stop.signal,
  });
  await listening.promise;
  await talk(`${folder.path}/door.sock`, run);
  stop.abort();
  await serving;
  assertEquals([...Deno.readDirSync(folder.path)], []);
  return run;
}

testUnix("lesson 18 --serve echoes lines, and removes its path", async () => {
  const run = await withServer(async (path, run) => {
    assertEquals(run.fact("nc"), `nc -U ${path}`);
    using client = await connect(`unix:${path}`);
    for (const text of ["hello\n", "grüße\n"]) {
      const line = new TextEncoder().encode(text);
      await writeAll(client, line);
      assertEquals(await readExact(client, line.length), line);
    }
  });
  assertMatch(run.all("note").at(-1)!.text, /1 client served/);
});

testUnix("lesson 18 --serve answers HTTP requests", async () => {
  await withServer(async (path) => {
    using client = await connect(`unix:${path}`);
    const head = "GET /hello HTTP/1.1\r\nHost: door\r\nAccept: */*\r\n\r\n";
    await writeAll(client, new TextEncoder().encode(head));
    const text = new TextDecoder().decode(await readToEnd(client));
    const [, size, body] = text.match(
      /^HTTP\/1\.1 200 OK\r\n(?:.+\r\n)*Content-Length: (\d+)\r\n(?:.+\r\n)*\r\n([^]*)$/,
    )!;
    assertEquals(Number(size), body.length);
  });
});

testUnix(
  "lesson 18 --serve rejects --port, because it has no port",
  async () => {
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
  },
);
