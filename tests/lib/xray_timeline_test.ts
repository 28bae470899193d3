import { assertEquals } from "@std/assert";
import type { ShowEvent } from "../../lib/show/mod.ts";
import { decodePacket, encodePacket, LINK_TYPES } from "../../lib/wire/mod.ts";
import type { Packet, TcpFlags } from "../../lib/wire/mod.ts";
import type { Socket, SocketCall } from "../../lib/xray/socket_calls.ts";
import {
  mergeTimeline,
  type Observations,
  type TimelineItem,
} from "../../lib/xray/timeline.ts";
import { assertCausal } from "./xray_fixture.ts";

const CLIENT = 50_000;
const SERVER = 7000;
const ZERO_MS = 1_700_000_000_000;
/** Times go in steps that are exact as floating-point numbers, and as ns. */
const TICKS_PER_MS = 64;
const NS_PER_TICK = 15_625;

/** What was seen of a made-up run, in its true order. */
class Run {
  readonly events: ShowEvent[] = [];
  readonly calls: SocketCall[] = [];
  readonly packets: Packet[] = [];
  /** What should come out, in order. */
  readonly expected: string[] = [];
  #ticks = 64;
  #id = 0;

  constructor() {
    const [title, claim] = ["", ""];
    const lesson = { kind: "lesson", number: 1, title, claim } as const;
    this.events.push({ atMs: 0, ...lesson, startedAtMs: ZERO_MS });
  }

  /** Milliseconds since 1970. */
  get nowMs(): number {
    return ZERO_MS + this.#ticks / TICKS_PER_MS;
  }

  /** Lets time pass. */
  wait(ticks: number): void {
    this.#ticks += ticks;
  }

  step(number: number): void {
    const event = { kind: "step", number, title: "" } as const;
    this.events.push({ atMs: this.#ticks / TICKS_PER_MS, ...event });
    this.expected.push(`step ${number}`);
  }

  socket(role: Socket["role"], local?: string, remote?: string): Socket {
    const id = ++this.#id;
    return { id, descriptor: 20 + id, kind: "tcp", role, local, remote };
  }

  /** A call during which `meanwhile` happens; it then ends at once. */
  call(
    name: string,
    fields: Partial<SocketCall> & { socket: Socket },
    meanwhile: () => void = () => {},
  ): void {
    const atMs = this.nowMs;
    const takes = ["recvfrom", "accept4", "getsockopt"].includes(name);
    if (!takes) this.expected.push(name);
    meanwhile();
    if (takes) this.expected.push(name);
    this.calls.push({
      atMs,
      endMs: this.nowMs,
      name,
      given: "",
      returned: "0",
      housekeeping: false,
      ...fields,
    });
    // The tracer has to stop it twice: no two calls have the same time.
    this.wait(2);
  }

  packet(
    flags: Partial<TcpFlags>,
    fromClient: boolean,
    numbers: { sequence?: number; acknowledgment?: number; bytes?: number },
  ): void {
    const [sourcePort, destinationPort] = fromClient
      ? [CLIENT, SERVER]
      : [SERVER, CLIENT];
    const { sequence = 0, acknowledgment = 0, bytes = 0 } = numbers;
    const encoded = encodePacket({
      link: { kind: "ethernet" },
      ip: { version: 4, source: "127.0.0.1", destination: "127.0.0.1" },
      tcp: { sourcePort, destinationPort, sequence, acknowledgment, flags },
      payload: new Uint8Array(bytes),
    });
    const time = {
      seconds: ZERO_MS / 1000,
      nanoseconds: this.#ticks * NS_PER_TICK,
    };
    const number = this.packets.length + 1;
    const packet = decodePacket(encoded, LINK_TYPES.ETHERNET, { number, time });
    this.packets.push(packet);
    this.expected.push(`packet ${number}`);
  }

  get observations(): Observations {
    const { events, calls, packets } = this;
    return { events, calls, packets };
  }
}

/** A connection with messages, where everything may be at the same time. */
function randomRun(random: () => number): Run {
  const run = new Run();
  const pause = () => run.wait(Math.floor(random() * 3));
  const [at, from] = [`127.0.0.1:${SERVER}`, `127.0.0.1:${CLIENT}`];
  run.step(1);
  const listening = run.socket("listening", at);
  run.call("socket", { socket: listening, made: listening });
  const client = run.socket("connecting", from, at);
  run.call("socket", { socket: client, made: client });
  run.call("connect", { socket: client, returned: "EINPROGRESS" }, () => {
    pause();
    run.packet({ syn: true }, true, { sequence: 99 });
    pause();
    const answer = { sequence: 499, acknowledgment: 100 };
    run.packet({ syn: true, ack: true }, false, answer);
    pause();
    run.packet({ ack: true }, true, { sequence: 100, acknowledgment: 500 });
    pause();
  });
  const server = run.socket("accepted", at, from);
  run.call("accept4", { socket: listening, made: server }, pause);
  let sequence = 100;
  for (let i = 0; i < 5; i++) {
    if (random() < 0.5) {
      run.wait(1);
      run.step(run.events.length);
    }
    const bytes = 1 + Math.floor(random() * 9);
    const moved = { asked: bytes, moved: bytes };
    run.call("sendto", { socket: client, moves: "out", ...moved }, () => {
      pause();
      const numbers = { sequence, acknowledgment: 500, bytes };
      run.packet({ psh: true, ack: true }, true, numbers);
      pause();
    });
    sequence += bytes;
    run.call("recvfrom", { socket: server, moves: "in", ...moved }, pause);
  }
  run.call("shutdown", { socket: client }, () => {
    pause();
    const numbers = { sequence, acknowledgment: 500 };
    run.packet({ fin: true, ack: true }, true, numbers);
  });
  run.call("close", { socket: client }, pause);
  return run;
}

function namesOf(items: TimelineItem[], packets: Packet[]): string[] {
  const sequences = packets.map(({ tcp }) =>
    `${tcp!.sequence} ${tcp!.sourcePort} ${tcp!.flags.syn} ${tcp!.flags.fin} ` +
    tcp!.flags.psh
  );
  return items.flatMap((item) => {
    if (item.seen === "call") return [item.call.name];
    if (item.seen === "story") {
      return item.event.kind === "step" ? [`step ${item.event.number}`] : [];
    }
    if (item.seen !== "packet") return [];
    const { sequence, source, flags = "" } = item.packet;
    const name = `${sequence} ${source.split(":")[1]} ` +
      ["SYN", "FIN", "PSH"].map((flag) => flags.includes(flag)).join(" ");
    return [`packet ${sequences.indexOf(name) + 1}`];
  });
}

/** Numbers from 0 to 1 that are the same for the same seed. */
function randomFrom(seed: number): () => number {
  return () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
}

function shuffled<T>(values: T[], random: () => number): T[] {
  return values.map((value) => ({ value, key: random() }))
    .sort((a, b) => a.key - b.key).map(({ value }) => value);
}

Deno.test("mergeTimeline() sorts by cause and effect, whatever the input order", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = randomFrom(seed);
    const run = randomRun(random);
    const { events, calls, packets } = run.observations;
    const items = mergeTimeline({
      events,
      calls: shuffled(calls, random),
      packets: shuffled(packets, random),
    });
    assertEquals(namesOf(items, packets), run.expected, `seed ${seed}`);
    assertCausal(items);
  }
});

Deno.test("mergeTimeline() puts each item into the step reported last", () => {
  const run = randomRun(randomFrom(7));
  let step = 0;
  for (const item of mergeTimeline(run.observations)) {
    if (item.seen === "story" && item.event.kind === "step") step++;
    assertEquals(item.step, step);
  }
});

Deno.test("mergeTimeline() puts late packets into the step that caused them", () => {
  const run = new Run();
  const [at, from] = [`127.0.0.1:${SERVER}`, `127.0.0.1:${CLIENT}`];
  run.step(1);
  const client = run.socket("connecting", from, at);
  run.call("socket", { socket: client, made: client });
  run.call("connect", { socket: client }, () => {
    run.packet({ syn: true }, true, { sequence: 99 });
  });
  run.call("close", { socket: client });
  run.step(2);
  run.wait(2);
  const other = run.socket("listening", "127.0.0.1:9");
  run.call("socket", { socket: other, made: other });
  // The answer to the SYN of step 1.
  run.packet({ rst: true, ack: true }, false, {});
  run.wait(2);
  run.call("close", { socket: other });
  const items = mergeTimeline(run.observations);
  assertEquals(
    items.flatMap((item) =>
      item.seen === "packet" ? [[item.packet.flags, item.step]] : []
    ),
    [["SYN", 1], ["RST,ACK", 1]],
  );
  assertCausal(items);
  const steps = items.map(({ step }) => step);
  assertEquals(steps, steps.toSorted((a, b) => a - b));
});

Deno.test("mergeTimeline() adds relative numbers, and keeps the raw ones", () => {
  const items = mergeTimeline(randomRun(randomFrom(1)).observations);
  const packets = items.flatMap((item) =>
    item.seen === "packet" ? [item.packet] : []
  );
  assertEquals(
    packets.slice(0, 3).map((packet) => [
      packet.flags,
      packet.sequence,
      packet.acknowledgment,
      packet.relativeSequence,
      packet.relativeAcknowledgment,
    ]),
    [
      ["SYN", 99, undefined, 0, undefined],
      ["SYN,ACK", 499, 100, 0, 1],
      ["ACK", 100, 500, 1, 1],
    ],
  );
});

Deno.test("mergeTimeline() leaves out other programs, and earlier users of a port", () => {
  const run = new Run();
  run.packet({ ack: true }, true, {});
  run.wait(10);
  const other = run.socket("listening", "127.0.0.1:9");
  run.call("socket", { socket: other, made: other });
  const count = () =>
    mergeTimeline(run.observations).filter(({ seen }) => seen === "packet")
      .length;
  run.packet({ ack: true }, true, {});
  run.wait(1);
  assertEquals(count(), 0);
  const own = run.socket("listening", `127.0.0.1:${SERVER}`);
  run.call("socket", { socket: own, made: own });
  assertEquals(count(), 0);
  run.packet({ ack: true }, true, {});
  assertEquals(count(), 1);
});

Deno.test("mergeTimeline() leaves out later users of a port, but not TCP's last segments", () => {
  const run = new Run();
  const [at, from] = [`127.0.0.1:9`, `127.0.0.1:${CLIENT}`];
  const client = run.socket("connecting", from, at);
  run.call("socket", { socket: client, made: client });
  run.call("connect", { socket: client }, () => {
    run.packet({ syn: true }, true, { sequence: 99 });
  });
  run.call("close", { socket: client });
  run.packet({ fin: true, ack: true }, true, { sequence: 100 });
  run.wait(9);
  // Another program connects from the same port.
  run.packet({ syn: true }, true, { sequence: 5000 });
  run.wait(1);
  run.packet({ syn: true, ack: true }, false, { acknowledgment: 5001 });
  const flags = mergeTimeline(run.observations).flatMap((item) =>
    item.seen === "packet" ? [item.packet.flags] : []
  );
  assertEquals(flags, ["SYN", "FIN,ACK"]);
});

Deno.test("mergeTimeline() recognizes packets by their addresses if no calls were observed", () => {
  const run = new Run();
  run.packet({ syn: true }, true, {});
  const { events, packets } = run.observations;
  const seen = (address: string) =>
    mergeTimeline({ events, packets, calls: [], addresses: [address] }).length;
  assertEquals(seen("127.0.0.1:9"), 1);
  assertEquals(seen(`127.0.0.1:${SERVER}`), 2);
});

Deno.test("mergeTimeline() learns from the SYN which port a connection has", () => {
  const run = new Run();
  const socket = run.socket("connecting", undefined, `127.0.0.1:${SERVER}`);
  run.call("socket", { socket, made: socket });
  run.call("connect", { socket }, () => {
    run.wait(1);
    run.packet({ syn: true }, true, {});
    run.packet({ rst: true, ack: true }, false, {});
    run.wait(1);
  });
  const items = mergeTimeline(run.observations);
  assertEquals(socket.local, `127.0.0.1:${CLIENT}`);
  assertEquals(items.filter(({ seen }) => seen === "packet").length, 2);
});

Deno.test("mergeTimeline() puts a call after its cause if its measured end is too early", () => {
  const run = new Run();
  /** A call whose packets come after the end that was measured. */
  const early = (
    name: string,
    fields: Partial<SocketCall> & { socket: Socket },
    packet: () => void = () => {},
  ) => {
    const times = { endMs: run.nowMs, settledMs: run.nowMs + 1 };
    run.call(name, { ...times, ...fields }, () => {
      run.wait(1);
      packet();
      run.wait(1);
    });
    run.wait(TICKS_PER_MS);
  };
  const [at, from] = [`127.0.0.1:${SERVER}`, `127.0.0.1:${CLIENT}`];
  const listening = run.socket("listening", at);
  run.call("socket", { socket: listening, made: listening });
  const client = run.socket("connecting", undefined, at);
  run.call("socket", { socket: client, made: client });
  early("connect", { socket: client }, () => {
    run.packet({ syn: true }, true, { sequence: 99 });
  });
  run.packet({ syn: true, ack: true }, false, { sequence: 499 });
  const asked = { given: "SO_ERROR", returned: "0" };
  early("getsockopt", { socket: client, ...asked }, () => {
    run.packet({ ack: true }, true, { sequence: 100 });
  });
  const server = run.socket("accepted", at, from);
  early("accept4", { socket: listening, made: server });
  run.call("sendto", { socket: client, moves: "out", asked: 4, moved: 4 });
  run.packet({ psh: true, ack: true }, true, { sequence: 100, bytes: 1 });
  const inward = { socket: server, moves: "in", asked: 9 } as const;
  early("recvfrom", { ...inward, moved: 4 }, () => {
    run.packet({ psh: true, ack: true }, true, { sequence: 101, bytes: 3 });
  });
  run.call("close", { socket: client });
  early("recvfrom", { ...inward, moved: 0 }, () => {
    run.packet({ fin: true, ack: true }, true, { sequence: 104 });
  });
  const items = mergeTimeline(run.observations);
  assertEquals(namesOf(items, run.packets), run.expected);
  assertCausal(items);
});

Deno.test("mergeTimeline() leaves a call where it is, if its cause came before or isn't known", () => {
  const run = new Run();
  const [at, from] = [`127.0.0.1:${SERVER}`, `127.0.0.1:${CLIENT}`];
  const listening = run.socket("listening", at);
  run.call("socket", { socket: listening, made: listening });
  run.packet({ ack: true }, true, { sequence: 1 });
  run.wait(1);
  const server = run.socket("accepted", at, from);
  const settled = { socket: server, made: undefined, settledMs: run.nowMs + 9 };
  run.call("accept4", { ...settled, made: server });
  run.packet({ psh: true, ack: true }, true, { sequence: 1, bytes: 4 });
  run.wait(1);
  const inward = { ...settled, moves: "in", asked: 9 } as const;
  run.call("recvfrom", { ...inward, moved: 4 });
  run.packet({ ack: true }, false, {});
  run.wait(1);
  run.call("recvfrom", { ...inward, moved: 9 });
  run.packet({ ack: true }, true, { sequence: 5 });
  const items = mergeTimeline(run.observations);
  assertEquals(namesOf(items, run.packets), run.expected);
});

Deno.test("mergeTimeline() prefers the time at which a story was written", () => {
  const note = { kind: "note", text: "" } as const;
  const [lesson] = new Run().events;
  const events = [lesson, { ...note, atMs: 5 }, { ...note, atMs: 6 }];
  const toldAtMs = [1000, 1005.5, undefined];
  const items = mergeTimeline({ events, toldAtMs, calls: [], packets: [] });
  assertEquals(items.map(({ atMs }) => atMs), [0, 5.5, 6]);
});
