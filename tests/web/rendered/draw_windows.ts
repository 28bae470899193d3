import { assertEquals } from "@std/assert";
import { SlidingWindows } from "../../../lib/web/draw/mod.ts";
import { windowsAt } from "../../../lib/web/draw/windows/stream_windows.ts";
import { CLIENT, packet, render, SERVER, textsOf } from "./draw_fixture.ts";

const CONNECTION = [
  packet(0, CLIENT, { flags: "SYN", relativeSequence: 0, scaledWindow: 100 }),
  packet(1, SERVER, {
    flags: "SYN,ACK",
    relativeSequence: 0,
    relativeAcknowledgment: 1,
    scaledWindow: 50,
  }),
  packet(2, CLIENT, {
    flags: "ACK",
    relativeSequence: 1,
    relativeAcknowledgment: 1,
    bytes: 50,
    scaledWindow: 100,
  }),
  packet(3, SERVER, {
    flags: "ACK",
    relativeSequence: 1,
    relativeAcknowledgment: 31,
    scaledWindow: 20,
  }),
];

/** How many packets went by, and what the client's window is then. */
const MOMENTS: [upTo: number, expected: [number, number, number]][] = [
  [2, [1, 1, 51]],
  [3, [1, 51, 51]],
  [4, [31, 51, 51]],
];

for (const [upTo, expected] of MOMENTS) {
  Deno.test(`the window after ${upTo} packets is at ${expected[0]}`, () => {
    const [client] = windowsAt(CONNECTION, upTo);
    const { side, unacknowledged, next, edge } = client;
    assertEquals(side, "client");
    assertEquals([unacknowledged, next, edge], expected);
  });
}

Deno.test("the reliable stream's windows are in its datagrams", () => {
  const items = [
    "reliable SYN seq 0 win 100",
    "reliable SYN,ACK seq 0 ack 1 win 80",
    "reliable ACK seq 1 ack 1 win 100 60 bytes",
  ].map((says, i) =>
    packet(i, i === 1 ? SERVER : CLIENT, { protocol: "udp", bytes: 16, says })
  );
  const [{ unacknowledged, next, edge }] = windowsAt(items, items.length);
  assertEquals([unacknowledged, next, edge], [1, 61, 81]);
});

Deno.test("SlidingWindows draws the parts of the stream with their sizes", () => {
  const html = render(SlidingWindows, {
    items: CONNECTION,
    width: 700,
  });
  assertEquals(textsOf(html, "part"), [
    "acknowledged 30 B",
    "in flight 20 B",
    "may be sent 0 B",
    "must wait",
  ]);
  assertEquals(textsOf(html, "number"), ["31", "51", "51"]);
});

Deno.test("SlidingWindows draws nothing before there's data", () => {
  assertEquals(
    render(SlidingWindows, { items: CONNECTION, upTo: 2, width: 700 }),
    "",
  );
});
