import { assert, assertEquals, assertMatch } from "@std/assert";
import { lesson } from "../../../lessons/08_failures/lesson.ts";
import {
  LONG_NAME,
  MISSING_NAME,
} from "../../../lessons/08_failures/socket_files.ts";
import { lessons } from "../../../lessons/mod.ts";
import { temporaryFolder } from "../../../lib/workbook/checker/temporary_folder.ts";
import { recordOnce } from "../record.ts";

const recordLesson = recordOnce(async (show) => {
  await using folder = await temporaryFolder();
  await lesson(show, { folder: folder.path });
});

const anywhere: Record<string, RegExp> = {
  "connect, no listener": /^ConnectionRefused: /,
  "listen, port is taken": /^AddrInUse: /,
  "readExact(4), peer sent 2":
    /^UnexpectedEof: Cannot read 4 bytes: the peer closed after 2$/,
  "read, peer has closed": /^null$/,
  "write, peer has closed": /^returned 1$/,
  "and write again": /^(BrokenPipe|ConnectionReset|ConnectionAborted): /,
  "read, peer has reset": /^ConnectionReset: /,
  "read(), then your own close()": /^Interrupted: /,
  "write after your own close()": /^BadResource: /,
  "a second accept() at once": /^Busy: /,
  "connect to port 70000": /^RangeError: .*70000/,
};

/** Windows refuses when the backlog is full, and has no Unix sockets in Deno. */
const notOnWindows: Record<string, RegExp> = {
  "connectTcp, timeoutMs: 100": /^TimedOut: /,
  "AbortSignal.timeout(100)": /^TimeoutError: /,
  "controller.abort()": /^AbortError: /,
  "connect, no such file": /^NotFound: /,
};

Deno.test("lesson 8 shows the class of each failure", async () => {
  const recording = await recordLesson();
  const isWindows = Deno.build.os === "windows";
  const classes = isWindows ? anywhere : { ...anywhere, ...notOnWindows };
  for (const [name, pattern] of Object.entries(classes)) {
    assertMatch(recording.fact(name), pattern, name);
  }
  if (isWindows) return;
  const long = recording.all("fact")
    .find(({ name }) => /path of \d+ bytes/.test(name))!;
  assertMatch(long.value, /^TypeError: /);
});

Deno.test("lesson 8 shows that an abandoned read takes bytes", async () => {
  const recording = await recordLesson();
  const [lost, kept] = recording.all("fact")
    .filter(({ name }) => name === "the program got")
    .map(({ value }) => JSON.parse(value));
  assert("hello world".length > lost.length, lost);
  assertEquals(kept, "hello world");
  assertMatch(recording.fact("first read"), /^TimedOut: /);
});

Deno.test("lesson 8 is allowed to use its socket paths", () => {
  const { socketFiles } = lessons.find(({ name }) => name === "failures")!;
  assertEquals(socketFiles, [MISSING_NAME, LONG_NAME]);
});
