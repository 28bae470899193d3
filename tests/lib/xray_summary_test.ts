import { setColorEnabled } from "@std/fmt/colors";
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { visibleWidth } from "../../lib/show/mod.ts";
import { existsSync } from "node:fs";
import { lessons } from "../../lessons/mod.ts";
import { fileOf } from "../../lib/workbook/checker/catalog.ts";
import {
  abridge,
  CannotLook,
  costOfSteps,
  decodeRecording,
  describeHead,
  drawSummary,
  drawTimeline,
  effectsOfClosing,
  encodeRecording,
  type Socket,
  type TimedCall,
  type TimelineItem,
  type WirePacket,
} from "../../lib/xray/mod.ts";
import { assertCausal } from "./xray_fixture.ts";

const LOCAL = "127.0.0.1:7000";
const REMOTE = "127.0.0.1:50000";

function tcp(id: number, role: Socket["role"] = "accepted"): Socket {
  const ends = { local: LOCAL, remote: `${REMOTE}${id}` };
  return { id, descriptor: 20 + id, kind: "tcp", role, ...ends };
}

function call(
  socket: Socket,
  name: string,
  fields: Partial<TimedCall> = {},
): TimelineItem {
  const given = name === "shutdown" ? "SHUT_WR" : "";
  const rest = { given, returned: "0", housekeeping: false, tookMs: 0 };
  const call = { name, socket, ...rest, ...fields };
  return { atMs: 0, step: 1, seen: "call", call };
}

function packet(
  socket: Socket,
  flags: string,
  fields: Partial<WirePacket> = {},
): TimelineItem {
  const [source, destination] = [socket.local!, socket.remote!];
  const ends = { protocol: "tcp" as const, source, destination };
  const packet = { ...ends, flags, bytes: 0, ...fields };
  return { atMs: 0, step: 1, seen: "packet", packet };
}

/** Data that the other end sends. */
function dataTo(socket: Socket): TimelineItem {
  const [source, destination] = [socket.remote!, socket.local!];
  const packet = { protocol: "tcp" as const, source, destination, bytes: 1 };
  return { atMs: 0, step: 1, seen: "packet", packet };
}

function step(number: number, title: string): TimelineItem {
  const event = { atMs: 0, kind: "step", number, title } as const;
  return { atMs: 0, step: number, seen: "story", event };
}

const SENT = { moves: "out", asked: 10, moved: 4 } as const;
const RECEIVED = { moves: "in", asked: 1024, moved: 5 } as const;

Deno.test("costOfSteps() adds up calls, packets, and bytes, step by step", () => {
  const socket = tcp(1);
  const at = (step: number, item: TimelineItem) => ({ ...item, step });
  const costs = costOfSteps([
    at(0, call(socket, "bind")),
    step(1, "One"),
    at(1, call(socket, "sendto", SENT)),
    at(1, packet(socket, "PSH,ACK")),
    at(1, call(socket, "recvfrom", RECEIVED)),
    // Nothing was there: the room is asked for again.
    at(1, call(socket, "recvfrom", { ...RECEIVED, moved: 0, error: "EAGAIN" })),
    step(2, "Two"),
  ]);
  const nothing = { asked: 0, moved: 0 };
  assertEquals(costs, [
    {
      title: "before the first step",
      calls: 1,
      packets: 0,
      sent: nothing,
      received: nothing,
    },
    {
      title: "1  One",
      calls: 3,
      packets: 1,
      sent: { asked: 10, moved: 4 },
      received: { asked: 1024, moved: 5 },
    },
    { title: "2  Two", calls: 0, packets: 0, sent: nothing, received: nothing },
  ]);
});

Deno.test("effectsOfClosing() says what each shutdown and close sent", () => {
  const [a, b, c, d] = [tcp(1), tcp(2), tcp(3), tcp(4)];
  const udp: Socket = { ...tcp(5, "unconnected"), kind: "udp" };
  const unix: Socket = { ...tcp(6), kind: "unix" };
  const items = [
    call(a, "shutdown"),
    packet(a, "FIN,ACK"),
    call(a, "close"),
    // Behind the data of a full buffer.
    call(b, "shutdown"),
    call(c, "close"),
    packet(b, "FIN,PSH,ACK"),
    packet(c, "FIN,ACK"),
    packet(c, "RST"),
    call(d, "shutdown", { error: "ENOTCONN" }),
    call(d, "close"),
    call(tcp(7, "listening"), "close"),
    call(udp, "close"),
    call(unix, "close"),
  ];
  assertEquals(
    effectsOfClosing(items).map(({ socket, effects }) => [
      socket.id,
      ...effects,
    ]),
    [
      [1, "shutdown(SHUT_WR) sent FIN", "close() nothing more"],
      [2, "shutdown(SHUT_WR) sent FIN"],
      [3, "close() sent FIN, then RST"],
      [4, "shutdown(SHUT_WR) failed with ENOTCONN", "close() sent nothing"],
      [7, "close() accepts no more clients"],
      [5, "close() sent nothing: UDP has no connections"],
      [6, "close() sent no packet"],
    ],
  );
});

Deno.test("effectsOfClosing() finds a FIN after queued data, by its sequence number", () => {
  const [a, b] = [tcp(1), tcp(2)];
  const sent = (socket: Socket, bytes: number, flags: string, seq: number) =>
    packet(socket, flags, { bytes, relativeSequence: seq });
  const items = [
    call(a, "sendto", { moves: "out", asked: 100, moved: 100 }),
    sent(a, 40, "ACK", 1),
    call(a, "shutdown"),
    call(a, "close"),
    call(b, "sendto", { moves: "out", asked: 9, moved: 9 }),
    // Of a connection that had the same ports before.
    sent(b, 0, "FIN,ACK", 5),
    call(b, "shutdown"),
    sent(b, 0, "FIN,ACK", 5),
    sent(a, 60, "FIN,PSH,ACK", 41),
    // It's sent again, since nothing has confirmed it.
    sent(a, 60, "FIN,PSH,ACK", 41),
    call(b, "close"),
    sent(b, 0, "RST", 5),
  ];
  assertEquals(effectsOfClosing(items).map(({ effects }) => effects), [
    [
      "shutdown(SHUT_WR) sent FIN after 60 queued bytes",
      "close() nothing more",
    ],
    [
      "shutdown(SHUT_WR) queued a FIN, which was never sent",
      "close() sent RST",
    ],
  ]);
});

Deno.test("effectsOfClosing() counts the clients in a listener's backlog that it reset", () => {
  const listener: Socket = { ...tcp(1, "listening"), remote: undefined };
  const [a, b, c] = [2, 3, 4].map((id) => tcp(id));
  const from = ({ local, remote }: Socket) => ({
    local: remote!,
    remote: local!,
  });
  const back = (socket: Socket) => ({ ...socket, ...from(socket) });
  const items = [
    call(listener, "listen"),
    ...[a, b, c].map((socket) => packet(back(socket), "SYN")),
    call(listener, "accept4", { made: a }),
    call(listener, "close"),
    packet(b, "RST,ACK"),
    packet(c, "RST,ACK"),
    // Its own connection ends later, and another client is refused.
    packet(a, "RST,ACK"),
    packet(tcp(5), "RST,ACK"),
  ];
  assertEquals(effectsOfClosing(items)[0].effects, [
    "close() accepts no more clients, and reset 2 clients in its backlog",
  ]);
});

Deno.test("drawSummary() sums up one step if asked, and a server without steps", () => {
  setColorEnabled(false);
  const items = [
    step(1, "One"),
    call(tcp(1), "close"),
    step(2, "Two"),
    { ...call(tcp(2), "bind"), step: 2 },
  ];
  const options = { width: 80, calls: true, packets: true };
  const text = drawSummary(items, { ...options, step: 2 }).join("\n");
  assertMatch(text, /What each step cost[^]*\n2 {2}Two +1 +0 /);
  assert(!/One|close/.test(text), text);
  const served = [{ ...call(tcp(1), "close"), step: 0 }];
  assertMatch(
    drawSummary(served, options).join("\n"),
    /^What it cost +calls[^]*What each close did\n/,
  );
});

Deno.test("drawSummary() stays within its width", () => {
  setColorEnabled(false);
  const items = [
    step(1, "A title that is much longer than what is left for it"),
    call(tcp(1), "sendto", { moves: "out", asked: 67108864, moved: 3919467 }),
    call(tcp(1), "shutdown", { error: "ENOTCONN" }),
    call(tcp(1), "close"),
  ];
  for (let width = 60; width <= 160; width++) {
    const options = { width, calls: true, packets: true };
    for (const line of drawSummary(items, options)) {
      assert(visibleWidth(line) <= width, `${width}: ${line}`);
    }
  }
});

Deno.test("drawSummary() shows only what was observed", () => {
  setColorEnabled(false);
  const items = [step(1, "One"), call(tcp(1), "close")];
  const text = (calls: boolean, packets: boolean) =>
    drawSummary(items, { width: 80, calls, packets }).join("\n");
  assertMatch(text(true, true), /calls +packets +bytes[^]*What each close did/);
  assert(!/packets|close/.test(text(true, false)));
  assert(!/calls|bytes|close/.test(text(false, true)));
});

Deno.test("drawSummary() puts many sockets with the same ending on one line", () => {
  setColorEnabled(false);
  const items = Array.from({ length: 30 }, (_, i) => [
    call(tcp(i), "close"),
    packet(tcp(i), "FIN,ACK"),
  ]).flat();
  const lines = drawSummary(items, { width: 80, calls: true, packets: true });
  assertEquals(lines.at(-1), "   30 accepted sockets  close() sent FIN");
});

Deno.test("effectsOfClosing() distinguishes an RST that answers later data from one that close() sent", () => {
  const [a, b, c, d] = [tcp(1), tcp(2), tcp(3), tcp(4)];
  const items = [
    call(a, "shutdown"),
    packet(a, "FIN,ACK"),
    call(a, "close"),
    dataTo(a),
    packet(a, "RST"),
    call(b, "close"),
    packet(b, "FIN,ACK"),
    dataTo(b),
    packet(b, "RST"),
    // The data had come before.
    dataTo(c),
    call(c, "close"),
    packet(c, "RST,ACK"),
    // It was somebody else who sent data.
    call(d, "close"),
    dataTo(a),
    packet(d, "RST"),
  ];
  assertEquals(effectsOfClosing(items).map(({ effects }) => effects.at(-1)), [
    "close() nothing more, and RST later, in answer to data",
    "close() sent FIN, and RST later, in answer to data",
    "close() sent RST",
    "close() sent RST",
  ]);
});

Deno.test("drawSummary() puts all UDP sockets on one line, but not the others", () => {
  setColorEnabled(false);
  const udp = (id: number): Socket => ({
    ...tcp(id, "unconnected"),
    kind: "udp",
  });
  const items = [
    call(udp(1), "close"),
    ...[2, 3].flatMap((
      id,
    ) => [call(tcp(id), "close"), packet(tcp(id), "FIN,ACK")]),
    call(udp(4), "close"),
  ];
  const lines = drawSummary(items, { width: 80, calls: true, packets: true });
  assertEquals(lines.slice(-3), [
    "   2 UDP sockets           close() sent nothing: UDP has no connections",
    "1  22, an accepted socket  close() sent FIN",
    "1  23, an accepted socket  close() sent FIN",
  ]);
});

const HEAD = {
  seen: "run",
  lesson: 2,
  views: ["call"] as ("call" | "packet")[],
  system: "linux 6.1.0",
  machine: "x86_64",
  deno: "2.9.6",
  date: "2026-11-21",
} as const;

Deno.test("encodeRecording() keeps the whole story, and the requested views", () => {
  const say = { atMs: 1, kind: "say", text: "long" } as const;
  const items: TimelineItem[] = [
    step(1, "One"),
    { atMs: 1, step: 1, seen: "story", event: say },
    call(tcp(1), "close"),
    packet(tcp(1), "FIN,ACK"),
  ];
  const lines = encodeRecording({ head: HEAD, items });
  assertEquals(
    lines.map((line) => JSON.parse(line).seen),
    ["run", "story", "story", "socket", "call"],
  );
  const recording = decodeRecording(lines.join("\n"));
  assertEquals(recording, { head: HEAD, items: items.slice(0, 3) });
});

Deno.test("abridge() leaves out the middle of a flood, but keeps the sums and the endings", () => {
  setColorEnabled(false);
  const socket = tcp(1);
  const items = [
    step(1, "A flood"),
    call(socket, "socket", { made: socket }),
    ...Array.from({ length: 300 }, () => [
      call(socket, "sendto", SENT),
      packet(socket, "PSH,ACK"),
    ]).flat(),
    call(socket, "shutdown"),
    packet(socket, "FIN,ACK"),
    call(socket, "close"),
  ];
  const short = abridge(items);
  assert(short.length < 20, `${short.length} items`);
  assertEquals(costOfSteps(short), costOfSteps(items));
  assertEquals(effectsOfClosing(short), effectsOfClosing(items));
  const text = drawTimeline(short, { width: 120, views: ["call", "packet"] });
  assertMatch(text.join("\n"), /│ … 29\d × sendto +│ … 29\d × PSH,ACK/);
  const head = { ...HEAD, views: ["call", "packet"] as ["call", "packet"] };
  const lines = encodeRecording({ head, items: short });
  assertEquals(decodeRecording(lines.join("\n")).items, short);
});

for (const lesson of lessons) {
  const file = fileOf(lesson, "recording.jsonl");
  if (!existsSync(file)) continue;
  Deno.test(`the recording of lesson ${lesson.number} is whole, and small`, async () => {
    const text = await Deno.readTextFile(file);
    assert(text.length < 600_000, `${text.length} bytes`);
    const { head, items } = decodeRecording(text);
    assertEquals([head.lesson, head.views], [
      lesson.number,
      ["call", "packet"],
    ]);
    const seen = new Set(items.map((item) => item.seen));
    for (const what of ["story", "call", "packet"] as const) {
      assert(seen.has(what), `it has no ${what}`);
    }
    // Where bytes are left out, their sums cannot be compared.
    if (!seen.has("more")) assertCausal(items);
  });
}

Deno.test("describeHead() says when and on which machine a recording was made", () => {
  assertEquals(
    describeHead(HEAD),
    "This is a recording, made on linux 6.1.0 (x86_64) with Deno 2.9.6 on " +
      "2026-11-21.",
  );
});

Deno.test("decodeRecording() rejects anything that isn't a recording", () => {
  assertThrows(() => decodeRecording('{"kind":"lesson"}'), SyntaxError);
  assertThrows(() => decodeRecording("# Lesson"), SyntaxError);
});

for (
  const [error, message] of [
    [
      CannotLook.missing("strace", "linux"),
      /^no system calls: .*apt install strace$/,
    ],
    [
      CannotLook.missing("strace", "darwin"),
      /^no system calls: only Linux has/,
    ],
    [
      CannotLook.missing("tcpdump", "linux"),
      /^no packets: .*apt install tcpdump$/,
    ],
    [
      CannotLook.missing("tcpdump", "windows"),
      /^no packets: this system has no/,
    ],
    [
      CannotLook.forbidden("tcpdump", "lo: denied"),
      /sudo.*setcap.*\(lo: denied\)$/,
    ],
  ] as const
) {
  Deno.test(`CannotLook says in one line: ${error.message.slice(0, 48)}…`, () => {
    assertMatch(error.message, message);
    assert(!error.message.includes("\n"));
  });
}
