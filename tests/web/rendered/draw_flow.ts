import { assert, assertEquals } from "@std/assert";
import { FlowGraph } from "../../../lib/web/draw/mod.ts";
import { layoutFlow } from "../../../lib/web/draw/flow/flow_layout.ts";
import { flowRows } from "../../../lib/web/draw/flow/flow_rows.ts";
import {
  decodePacket,
  type Packet,
  parseCapture,
} from "../../../lib/wire/mod.ts";
import { render, textsOf } from "./draw_fixture.ts";

function packetsIn(name: string): Packet[] {
  const file = new URL(`../../captures/${name}`, import.meta.url);
  return parseCapture(Deno.readFileSync(file)).map((captured, i) =>
    decodePacket(captured.bytes, captured.linkType, {
      ...captured,
      number: i + 1,
    })
  );
}

Deno.test("on loopback, the ends of a flow graph are ports", () => {
  const html = render(FlowGraph, {
    packets: packetsIn("echo.pcap"),
    width: 700,
  });
  const ends = textsOf(html, "draw-head");
  assertEquals(ends.length, 2);
  assert(ends.every((end) => /^:\d+$/.test(end)));
  assertEquals(textsOf(html, "draw-label").slice(0, 2), ["SYN", "seq 0"]);
});

Deno.test("a reset is red, and so is what's sent again", () => {
  const kindsIn = (name: string) =>
    flowRows(packetsIn(name)).map(({ kind }) => kind);
  assert(kindsIn("reset.pcap").includes("fail"));
  assert(kindsIn("retransmission.pcap").includes("again"));
});

Deno.test("an ICMP error comes from where the packet went", () => {
  const rows = flowRows(packetsIn("udp.pcap"));
  const error = rows.at(-1)!;
  const cause = rows.at(-2)!;
  assertEquals(error.main, "destination unreachable: port unreachable");
  assertEquals([error.from, error.to], [cause.to, cause.from]);
});

Deno.test("FlowGraph draws no packet after `upTo`", () => {
  const packets = packetsIn("echo.pcap");
  const html = render(FlowGraph, { packets, upTo: 3, width: 700 });
  assertEquals(textsOf(html, "draw-row").length, 3);
});

Deno.test("ends that there's no room for share the last column", () => {
  const row = flowRows(packetsIn("echo.pcap"))[0];
  const rows = Array.from({ length: 20 }, (_, i) => ({
    ...row,
    index: i,
    from: `:${i}`,
    to: ":9999",
  }));
  const { columns, width } = layoutFlow(rows, 360);
  assertEquals(columns.at(-1)?.name, `${21 - columns.length + 1} others`);
  assert(width <= 360);
});
