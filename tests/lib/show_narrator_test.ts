import { assert, assertEquals } from "@std/assert";
import { Narrator, Printer, type ShowEvent } from "../../lib/show/mod.ts";

Deno.test("Narrator stamps each event with its time", async () => {
  const events: ShowEvent[] = [];
  const show = new Narrator((event) => events.push(event));
  show.say("now");
  await new Promise((resolve) => setTimeout(resolve, 1));
  show.say("later");
  assert(events[0].atMs >= 0);
  assert(events[1].atMs > events[0].atMs);
});

Deno.test("Narrator's events can be written as JSON and read again", () => {
  const events: ShowEvent[] = [];
  const show = new Narrator((event) => events.push(event));
  show.step("one");
  show.fact("bytes", 5);
  show.bytes("data", Uint8Array.of(0, 255));
  const lanes = show.lanes("client", "server");
  lanes.at("client", "tcp://127.0.0.1:1");
  lanes.arrow({ from: "client", to: "server" }, { data: Uint8Array.of(255) });
  assertEquals(JSON.parse(JSON.stringify(events)), events);
});

Deno.test('Narrator writes bytes on an arrow with their number, and "1 byte" in the singular', () => {
  const labels: string[] = [];
  const show = new Narrator((event) => {
    if (event.kind === "arrow") labels.push(event.label);
  });
  const lanes = show.lanes("client", "server");
  const way = { from: "client", to: "server" };
  lanes.arrow(way, { data: Uint8Array.of(10) });
  lanes.arrow(way, { data: new TextEncoder().encode("hé") });
  lanes.arrow(way, {});
  assertEquals(labels, ['1 byte "\\n"', '3 bytes "hé"', ""]);
});

Deno.test("Narrator asks at a question, and repeats the answer at the end of its step", async () => {
  const events: ShowEvent[] = [];
  const asked: string[] = [];
  const show = new Narrator((event) => events.push(event), {
    ask(question) {
      asked.push(question);
      return Promise.resolve(question === "How many?" ? " four \n" : "\n");
    },
  });
  show.step("first");
  await show.predict("How many?");
  show.fact("reads", 4);
  show.step("second");
  await show.predict("And now?");
  show.fact("reads", 1);
  show.recall();
  assertEquals(asked, ["How many?", "And now?"]);
  assertEquals(events.map(({ kind }) => kind), [
    ...["step", "predict", "fact", "predicted"],
    ...["step", "predict", "fact"],
  ]);
  assertEquals(
    events.flatMap((event) => event.kind === "predicted" ? event.text : []),
    ["four"],
  );
});

Deno.test("Narrator's clock stops while the reader thinks", async () => {
  const events: ShowEvent[] = [];
  const show = new Narrator((event) => events.push(event), {
    async ask() {
      await new Promise((resolve) => setTimeout(resolve, 200));
      return "";
    },
  });
  await show.predict("How long?");
  show.fact("a", 1);
  const [before, after] = events.map(({ atMs }) => atMs);
  // The pause is 200 ms, whatever the machine takes besides.
  assert(after - before < 190, `${after - before} ms`);
});

Deno.test("Narrator continues at once if there's no reader to ask", async () => {
  const events: ShowEvent[] = [];
  const show = new Narrator((event) => events.push(event));
  await show.predict("How many?");
  show.recall();
  assertEquals(events.map(({ kind }) => kind), ["predict"]);
});

Deno.test("Narrator names sockets by their own addresses, and prints nothing", () => {
  const events: ShowEvent[] = [];
  let printed = "";
  const printer = new Printer((text) => printed += text, { width: 80 });
  const show = new Narrator((event) => {
    events.push(event);
    printer.show(event);
  });
  const addr = { transport: "tcp", hostname: "::1", port: 7 } as const;
  const unnamed = { transport: "unix", path: null } as unknown as Deno.Addr;
  show.sockets({ server: { addr }, client: { localAddr: unnamed } });
  printer.flush();
  assertEquals(
    events.map(({ atMs: _, ...event }) => event),
    [{ kind: "endpoint", lane: "server", endpoint: "[::1]:7" }],
  );
  assertEquals(printed, "");
});
