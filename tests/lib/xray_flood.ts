/**
 * Sends the calls and packets of a busy server through all that `--serve --xray`
 * does with them, as fast as it goes. Run with little memory, it fails if anything
 * is kept. Prints the lines that were drawn, and the milliseconds that it took.
 *
 *     deno run -A --v8-flags=--max-old-space-size=64 xray_flood.ts 200000
 */
import { decodePacket, encodePacket } from "../../lib/wire/mod.ts";
import type { TcpFlags } from "../../lib/wire/mod.ts";
import { RunSummary, TimelineDrawer } from "../../lib/xray/mod.ts";
import { Observer } from "../../lib/xray/observer.ts";

const requests = Number(Deno.args[0]);
const startedAt = performance.now();
const LOOPBACK = 'sin_addr=inet_addr("127.0.0.1")';
const SERVER = 7000;
const TEXT = "hello\n";

const observer = new Observer({ traced: true });
const views = ["call", "packet"] as ("call" | "packet")[];
const drawer = new TimelineDrawer({ width: 80, views });
const summary = new RunSummary();
let nowMs = 1_700_000_000_000;
let drawn = 0;
let number = 0;

function call(text: string): void {
  nowMs += 0.1;
  observer.line(`7 ${(nowMs / 1000).toFixed(9)} ${text} <0.000005>`);
}

function address(port: number): string {
  return `{sa_family=AF_INET, sin_port=htons(${port}), ${LOOPBACK}}`;
}

function packet(
  ports: [from: number, to: number],
  flags: Partial<TcpFlags>,
  numbers: { sequence: number; acknowledgment: number; text?: string },
): void {
  nowMs += 0.02;
  const [sourcePort, destinationPort] = ports;
  const { text = "", ...rest } = numbers;
  const bytes = encodePacket({
    ip: { version: 4, source: "127.0.0.1", destination: "127.0.0.1" },
    tcp: { sourcePort, destinationPort, flags, ...rest },
    payload: new TextEncoder().encode(text),
  });
  const seconds = Math.floor(nowMs / 1000);
  const nanoseconds = Math.round((nowMs - seconds * 1000) * 1e6);
  const time = { seconds, nanoseconds };
  observer.packet(decodePacket(bytes, 101, { number: ++number, time }));
}

/** One client with one request, as `strace` and `tcpdump` report it. */
function serveOne(port: number): void {
  const [to, back]: [number, number][] = [[port, SERVER], [SERVER, port]];
  packet(to, { syn: true }, { sequence: 0, acknowledgment: 0 });
  const answer = { sequence: 0, acknowledgment: 1 };
  packet(back, { syn: true, ack: true }, answer);
  packet(to, { ack: true }, { sequence: 1, acknowledgment: 1 });
  call(`accept4(21, ${address(port)}, [128 => 16], SOCK_CLOEXEC) = 22`);
  const question = { sequence: 1, acknowledgment: 1, text: TEXT };
  packet(to, { psh: true, ack: true }, question);
  call(`recvfrom(22, "${TEXT.trim()}\\n", 65536, 0, NULL, NULL) = 6`);
  call(`sendto(22, "${TEXT.trim()}\\n", 6, MSG_NOSIGNAL, NULL, 0) = 6`);
  packet(back, { psh: true, ack: true }, {
    ...{ sequence: 1, acknowledgment: 7, text: TEXT },
  });
  packet(to, { fin: true, ack: true }, { sequence: 7, acknowledgment: 7 });
  call('recvfrom(22, "", 65536, 0, NULL, NULL) = 0');
  call("shutdown(22, SHUT_WR) = 0");
  packet(back, { fin: true, ack: true }, { sequence: 7, acknowledgment: 8 });
  call("close(22) = 0");
  packet(to, { ack: true }, { sequence: 8, acknowledgment: 8 });
}

function show(untilMs?: number): void {
  const items = observer.take(untilMs);
  summary.add(items);
  drawn += drawer.draw(items).length;
}

call("socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 21");
call(`bind(21, ${address(SERVER)}, 16) = 0`);
call("listen(21, 511) = 0");
call(`getsockname(21, ${address(SERVER)}, [128 => 16]) = 0`);
for (let i = 0; i < requests; i++) {
  serveOne(20_000 + i % 40_000);
  if (i % 200 === 199) show(nowMs - 10);
}
show();
const end = summary.draw({ width: 80, calls: true, packets: true });
console.log(end.join("\n"));
console.log(JSON.stringify({ drawn, ms: performance.now() - startedAt }));
