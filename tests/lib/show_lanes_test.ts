import { assert, assertEquals, assertThrows } from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import { Narrator } from "../../lib/show/narrator.ts";
import { drawLanes, type ShowEvent, visibleWidth } from "../../lib/show/mod.ts";

const TO_SERVER = { from: "client", to: "server" };
const TO_CLIENT = { from: "server", to: "client" };

/** What a diagram's events look like when drawn, without colours and times. */
function draw(
  width: number,
  tell: (lanes: ReturnType<Narrator["lanes"]>) => void,
): string[] {
  const events: ShowEvent[] = [];
  const show = new Narrator((event) => events.push({ ...event, atMs: 1 }));
  tell(show.lanes("client", "server"));
  return drawLanes(events, width).map(stripAnsiCode);
}

Deno.test("drawLanes() puts both ends of an arrow and its label on one line", () => {
  const lines = draw(80, (lanes) => {
    lanes.arrow(TO_SERVER, { label: "SYN", sent: "connect()" });
    lanes.arrow(TO_CLIENT, {
      data: new TextEncoder().encode("hi\n"),
      sent: "write() took 3",
      received: "read() gave 3",
    });
  });
  assertEquals(lines, [
    "          client        │                      │ server",
    " 1.00 ms  connect()     │──────── SYN ────────▶│",
    ' 1.00 ms  read() gave 3 │◀── 3 bytes "hi\\n" ───│ write() took 3',
  ]);
});

Deno.test("drawLanes() shows an endpoint in the heading, whenever it's reported", () => {
  const lines = draw(80, (lanes) => {
    lanes.call("server", "listen()");
    lanes.at("client", "tcp://127.0.0.1:50000");
  });
  assertEquals(lines.length, 3);
  assert(lines[1].includes("tcp://127.0.0.1:50000"));
  assert(lines[2].endsWith("│ listen()"));
});

for (const width of [40, 60, 80, 100]) {
  Deno.test(`drawLanes() keeps long texts within ${width} columns, and all of their words`, () => {
    const long = "one call that says many more words than fit";
    const lines = draw(width, (lanes) => {
      lanes.at("client", "tcp://[::1]:50000");
      lanes.arrow(TO_SERVER, {
        label: "a label that will hardly ever fit on its arrow",
        sent: long,
        received: long,
      });
    });
    for (const line of lines) assert(visibleWidth(line) <= width, line);
    const words = lines.join(" ").split(/[\s│]+/);
    for (const word of long.split(" ")) {
      assertEquals(words.filter((one) => one === word).length, 2, word);
    }
  });
}

Deno.test("drawLanes() draws its bars in the same columns on every line", () => {
  const lines = draw(70, (lanes) => {
    lanes.call("client", "connect() with a text that is to be wrapped, surely");
    lanes.arrow(TO_SERVER, { label: "日本語", received: "read()" });
    lanes.call("server", "日本語");
  });
  const bars = lines.map((line) => {
    const [left, middle] = line.split("│");
    return [visibleWidth(left), visibleWidth(middle)];
  });
  for (const bar of bars) assertEquals(bar, bars[0]);
});

Deno.test("drawLanes() rejects events that don't start with the lanes", () => {
  assertThrows(() => drawLanes([], 80), TypeError, "must name them");
});
