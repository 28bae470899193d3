/**
 * Sends the calls and packets of a busy server through all that `--serve --xray`
 * does with them, as fast as it goes. Run with little memory, it fails if anything
 * is kept. Prints the lines that were drawn, and the milliseconds that it took.
 *
 *     deno run -A --v8-flags=--max-old-space-size=64 xray_flood.ts 200000
 */
import { RunSummary, TimelineDrawer } from "../../lib/xray/mod.ts";
import { Observer } from "../../lib/xray/observer.ts";
import { Traffic } from "./xray_traffic.ts";

const requests = Number(Deno.args[0]);
const startedAt = performance.now();
const observer = new Observer({ traced: true });
const traffic = new Traffic(observer);
const views = ["call", "packet"] as ("call" | "packet")[];
const drawer = new TimelineDrawer({ width: 80, views });
const summary = new RunSummary();
let drawn = 0;

function show(untilMs?: number): void {
  const items = observer.take(untilMs);
  summary.add(items);
  drawn += drawer.draw(items).length;
}

traffic.listen();
for (let i = 0; i < requests; i++) {
  traffic.serveOne(20_000 + i % 40_000);
  if (i % 200 === 199) show(traffic.nowMs - 10);
}
show();
const end = summary.draw({ width: 80, calls: true, packets: true });
console.log(end.join("\n"));
console.log(JSON.stringify({ drawn, ms: performance.now() - startedAt }));
