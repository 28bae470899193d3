import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { lesson } from "../../../lessons/01_endpoint/lesson.ts";
import { lessons } from "../../../lessons/mod.ts";
import { parseEndpoint } from "../../../lib/net/mod.ts";
import type { ShowEvent } from "../../../lib/show/mod.ts";
import { fileOf, findLesson } from "../../../lib/workbook/checker/catalog.ts";
import { sandboxArgs } from "../../../lib/workbook/checker/sandbox.ts";
import { temporaryFolder } from "../../../lib/workbook/checker/temporary_folder.ts";
import { Recording, recordOnce } from "../record.ts";

const recordLesson = recordOnce(async (show) => {
  await using folder = await temporaryFolder();
  await lesson(show, { folder: folder.path });
});

Deno.test("lesson 1 gets a different free port each time it asks for port 0", async () => {
  const recording = await recordLesson();
  const ports = ["first", "second", "third"].map((name) => {
    const endpoint = parseEndpoint(recording.fact(`${name} socket`));
    assert(endpoint.protocol === "tcp");
    assertEquals(endpoint.hostname, "127.0.0.1");
    return endpoint.port;
  });
  assertEquals(new Set(ports).size, 3);
  assert(!ports.includes(0));
});

Deno.test("lesson 1 opens one port number for TCP and UDP, on IPv4 and IPv6", async () => {
  const sockets = (await recordLesson()).all("fact")
    .filter(({ name }) => name.includes("://"));
  const [, port] = sockets[0].name.match(/:(\d+)$/)!;
  const endpoints = ["tcp://127.0.0.1", "udp://127.0.0.1"];
  if (sockets.length > 2) endpoints.push("tcp://[::1]", "udp://[::1]");
  assertEquals(
    sockets.map(({ name, value }) => [name, value]),
    endpoints.map((start) => [`${start}:${port}`, `got "to ${start}:${port}"`]),
  );
});

Deno.test("lesson 1 gets AddrInUse while an endpoint is open, and can open it again once it's closed", async () => {
  const recording = await recordLesson();
  assertMatch(recording.fact("while it is open"), /^AddrInUse: /);
  assertStringIncludes(
    recording.fact("once it is closed"),
    recording.fact("open"),
  );
});

Deno.test({
  name: "lesson 1 shows a path that exists while its socket is open",
  ignore: Deno.build.os === "windows",
  async fn() {
    const recording = await recordLesson();
    assertMatch(recording.fact("endpoint"), /^unix:\/.*\/box\.sock$/);
    assertEquals(recording.fact("received"), '"a message for the path"');
    assertMatch(recording.fact("file"), /^a socket/);
    assertEquals(recording.fact("file once closed"), "gone");
  },
});

Deno.test("lesson 1 needs only the loopback addresses and its own folder", async () => {
  const found = findLesson(lessons, "endpoint");
  await using folder = await temporaryFolder();
  const args = sandboxArgs(fileOf(found, "lesson.ts"), {
    folder: folder.path,
    socketFiles: found.socketFiles,
  });
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args, "--json", "--folder", folder.path],
  }).output();
  assertEquals(new TextDecoder().decode(stderr), "");
  const recording = new Recording();
  for (const line of new TextDecoder().decode(stdout).trim().split("\n")) {
    recording.events.push(JSON.parse(line) as ShowEvent);
  }
  assertEquals(recording.all("step").length, 5);
  assertEquals(recording.fact("127.0.0.1"), "granted");
  assertMatch(recording.fact("0.0.0.0"), /^not granted/);
});
