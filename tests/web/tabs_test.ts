import { assert, assertEquals } from "@std/assert";
import type { ServerMessage } from "../../lib/web/protocol.ts";
import { Tabs } from "../../lib/web/live/tabs.ts";
import { peakDuring } from "../peak_memory.ts";

/** A megabyte of events. */
const LARGE: ServerMessage = {
  kind: "items",
  run: 1,
  lines: ["x".repeat(1024 * 1024)],
};

Deno.test("a page that doesn't read is dropped, and its run with it", async () => {
  const closed: string[] = [];
  const tabs = new Tabs((id) => closed.push(id));
  const slow = tabs.open("slow-tab", []);
  const quick = tabs.open("quick-tab", []);
  let read = 0;
  const reading = (async () => {
    for await (const chunk of quick.body!) read += chunk.length;
  })();
  const peak = await peakDuring(async () => {
    for (let i = 0; i < 100; i++) {
      tabs.sendAll(LARGE);
      await new Promise((resolve) => setTimeout(resolve));
    }
  });
  assertEquals(closed, ["slow-tab"]);
  assert(tabs.has("quick-tab") && !tabs.has("slow-tab"));
  tabs.close();
  await reading;
  assert(read > 100e6);
  assert(peak < 150e6, `${peak} bytes`);
  await slow.body!.cancel().catch(() => {});
});

Deno.test("there are at most 100 pages, and one that reconnects is no new one", async () => {
  const tabs = new Tabs(() => {});
  const pages = Array.from(
    { length: 100 },
    (_, i) => tabs.open(`tab-${i}`, []),
  );
  assertEquals(tabs.open("one-more", []).status, 503);
  pages.push(tabs.open("tab-7", []));
  assertEquals(pages[100].status, 200);
  await pages[1].body!.cancel();
  pages.push(tabs.open("one-more", []));
  assertEquals(pages[101].status, 200);
  tabs.close();
  for (const { body } of pages) await body!.cancel();
});
