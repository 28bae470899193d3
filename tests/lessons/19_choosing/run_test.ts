import { assert, assertEquals, assertMatch } from "@std/assert";
import { KINDS, NAMES } from "../../../lessons/19_choosing/channels.ts";
import { fillQueue } from "../../../lessons/19_choosing/experiments.ts";
import { lesson, NOT_ON_WINDOWS } from "../../../lessons/19_choosing/lesson.ts";
import { noUnixSockets, temporaryFolder } from "../../lib/net_fixture.ts";
import { testUnix } from "../../lib/unix_fixture.ts";
import { Recording, recordOnce } from "../record.ts";

/** The run that all tests ask about. */
const recordRun = recordOnce(async (show) => {
  using folder = temporaryFolder();
  await lesson(show, { folder: folder.path });
  assertEquals([...Deno.readDirSync(folder.path)], [], "it leaves nothing");
});

function testRun(name: string, check: (run: Recording) => void): void {
  testUnix(`lesson 19 ${name}`, async () => check(await recordRun()));
}

/** The cells of one row of the table of promises, one for each kind. */
function promise(run: Recording, name: string): string[] {
  const { rows } = run.all("table")[1];
  return rows.find(([first]) => first === name)!.slice(1);
}

testRun("shows datagrams that arrive whole, even an empty one", (run) => {
  const arrows = run.all("arrow");
  const questions = arrows.filter(({ from }) => from === "client");
  assertEquals(
    questions.map(({ label, received }) => [label, received]),
    [5, 0, 60_000].map((
      size,
    ) => [`${size} bytes`, `receive() returned ${size}`]),
  );
  assert(arrows.some(({ from }) => from === "server"), "there is an answer");
});

testRun("shows which close() removes a datagram socket's path", (run) => {
  assertEquals(run.fact("a path after Deno's close()"), "still there");
  assertEquals(run.fact("and after lib/net's close()"), "gone");
});

testRun("shows a send() that waits until there's room", (run) => {
  const calls = run.all("call").map(({ call }) => call);
  const taken = Number(calls[0].match(/^send\(\) took (\d+)$/)![1]);
  assert(taken > 0);
  if (Deno.build.os !== "linux") return;
  assertEquals(calls.slice(1), [
    `send() ${taken + 1} waits`,
    "receive() returned 1",
    `send() ${taken + 1} is done`,
    `${taken} more receive()`,
  ]);
});

testRun("shows that only UDP loses data, and only UDP never waits", (run) => {
  const { rows } = run.all("table")[0];
  assertEquals(rows.map(([name]) => name), KINDS.map((kind) => NAMES[kind]));
  for (const [name, , sender, sent, received, lost] of rows) {
    assertEquals(Number(sent) - Number(received), Number(lost));
    if (name === NAMES.udp) {
      assertEquals(sender, "keeps sending");
      assert(Number(lost) > 0, `${name} lost ${lost}`);
    } else {
      assertEquals(lost, "0", name);
      if (Deno.build.os === "linux") assertEquals(sender, "waits", name);
    }
  }
});

testRun("compares loss, round-trip time, and rate of all four", (run) => {
  const charts = run.all("bars");
  assertEquals(charts.map(({ unit }) => unit), ["%", "µs", "MB/s"]);
  for (const { bars } of charts) {
    const names = bars.map(({ name }) => name);
    assertEquals(names, KINDS.map((kind) => NAMES[kind]));
    for (const { value } of bars) assert(value > 0 && Number.isFinite(value));
  }
});

testRun("fills its table of promises with what it measured", (run) => {
  const order = promise(run, "order").map((cell) => cell.split(",")[0]);
  assertEquals(order, Array(4).fill("kept"));
  const lost = promise(run, "lost by a slow reader");
  assertEquals(lost.map((cell) => cell === "none"), [true, false, true, true]);
  const [tcp, udp, unix, unixpacket] = promise(
    run,
    "10, 20, 30 bytes arrive as",
  );
  assertEquals([udp, unixpacket], ["10, 20, 30", "10, 20, 30"]);
  for (const sizes of [tcp, unix]) {
    const sum = sizes.split(", ").reduce((sum, size) => sum + Number(size), 0);
    assertEquals(sum, 60);
  }
  const [, trips, rates] = run.all("bars");
  const cells: [string, string[]][] = [
    ["sockets for 3 clients", ["4", "1", "4", "1"]],
    ["address", ["host and port", "host and port", "path", "path"]],
    ["no server", ["Refused", "nothing", "NotFound", "NotFound"]],
    [
      "round trip",
      trips.bars.map(({ value }) => `${value.toFixed(1)} µs`),
    ],
    ["one way", rates.bars.map(({ value }) => `${value.toFixed(0)} MB/s`)],
  ];
  for (const [name, due] of cells) assertEquals(promise(run, name), due, name);
});

testRun("names a socket for each of four tasks", (run) => {
  const { rows } = run.all("table")[2];
  assertEquals(rows.map(([, take]) => take).toSorted(), [
    "TCP",
    "UDP",
    "Unix datagram",
    "Unix stream",
  ]);
});

Deno.test("fillQueue() returns the error if the system rejects a send instead of waiting", async () => {
  let sends = 0;
  const noRoom = new Error("No buffer space available (os error 55)");
  const { taken, waiting, refused } = await fillQueue(() =>
    ++sends > 8 ? Promise.reject(noRoom) : Promise.resolve()
  );
  assertEquals([taken, waiting, refused], [8, undefined, noRoom]);
});

Deno.test({
  name: "lesson 19 says on Windows why it can't run, and what to run instead",
  ignore: !noUnixSockets,
  async fn() {
    const run = new Recording();
    await lesson(run.show, { folder: "" });
    assertEquals(run.all("say").map(({ text }) => text), [NOT_ON_WINDOWS]);
    assertMatch(NOT_ON_WINDOWS, /Windows.*take lesson 3/s);
  },
});
