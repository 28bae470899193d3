import { assert, assertEquals, assertMatch } from "@std/assert";
import { setColorEnabled } from "@std/fmt/colors";
import { fileURLToPath } from "node:url";
import {
  costOfSteps,
  describeItem,
  drawTimeline,
  effectsOfClosing,
  nameOfSocket,
  namesIn,
  type TimelineItem,
  xray,
} from "../../lib/xray/mod.ts";
import {
  assertCausal,
  assertGone,
  callsOf,
  type KeptRun,
  look,
  packetsOf,
  testLooking,
} from "./xray_fixture.ts";
import { stdArgs } from "../../lib/workbook/checker/std_args.ts";

/** A timeline whose views share one column. */
function draw(items: TimelineItem[]): string {
  setColorEnabled(false);
  return drawTimeline(items, { width: 99, views: ["call", "packet"] })
    .join("\n");
}

function pathOf(module: string): string {
  return fileURLToPath(new URL(module, import.meta.url));
}

const KINDS = pathOf("./xray_kinds.ts");
const LESSON_1 = pathOf("../../lessons/01_endpoint/lesson.ts");
const LESSON_2 = pathOf("../../lessons/02_first_connection/lesson.ts");
const LESSON_13 = pathOf("../../lessons/13_datagrams/lesson.ts");
const LESSON_3 = pathOf("../../lessons/03_echo/lesson.ts");
const LESSON_7 = pathOf("../../lessons/07_closing/lesson.ts");
const LESSON_9 = pathOf("../../lessons/09_chat/lesson.ts");
const ODD = pathOf("./xray_odd.ts");

/** Looks at a module when it is first asked for, for all tests of this file. */
function lookOnce(module: string): () => Promise<KeptRun> {
  let run: Promise<KeptRun> | undefined;
  Deno.test.afterAll(async () => (await run)?.[Symbol.asyncDispose]());
  return () => run ??= look(module, { keepCapture: true });
}

const theKinds = lookOnce(KINDS);
const theLesson2 = lookOnce(LESSON_2);
const theOdd = lookOnce(ODD);

testLooking(
  ["strace", "tcpdump"],
  "lesson 2 shows each call at its step, and the packets next to what sent them",
  async () => {
    const run = await theLesson2();
    assertEquals([run.code, run.errors, run.problems], [0, "", []]);
    const calls = callsOf(run.items).filter(({ housekeeping, error }) =>
      !housekeeping && error !== "EAGAIN"
    );
    const names = (step: number) =>
      calls.filter((call) => call.step === step).map(({ name }) => name);
    assertEquals(names(1), ["socket", "bind", "listen", "getsockname"]);
    assertEquals(names(2), [
      ...["socket", "connect", "getsockopt", "sendto", "accept4", "recvfrom"],
      ...["sendto", "recvfrom", "shutdown", "close", "recvfrom"],
      ...["shutdown", "close"],
    ]);
    const meeting = ["socket", "connect", "getsockopt", "accept4"];
    assertEquals(names(3), [...meeting, ...meeting]);
    const packets = packetsOf(run.items);
    const connects = calls.filter(({ name }) => name === "connect");
    assertEquals(connects.length, 5);
    for (const [i, { at, socket: { local } }] of connects.entries()) {
      const next = calls.find((call) => call.at > at)!;
      const [syn, answer, ack] = packets.filter((packet) =>
        packet.at > at && [packet.source, packet.destination].includes(local!)
      );
      assertEquals(syn.flags, "SYN");
      assert(syn.at < next.at, "SYN comes before the next call");
      const refused = i === connects.length - 1;
      assertEquals(answer.flags, refused ? "RST,ACK" : "SYN,ACK");
      if (!refused) assertEquals(ack.flags, "ACK");
    }
    for (const call of calls.filter(({ name }) => name === "shutdown")) {
      const next = calls.find(({ at }) => at > call.at)!;
      // Either side may also confirm late, at the same moment, what came before.
      const sent = packets.filter(({ at, source, destination, flags }) =>
        at > call.at && at < next.at && source === call.socket.local &&
        destination === call.socket.remote && flags !== "ACK"
      );
      assertEquals(sent.map(({ flags }) => flags), ["FIN,ACK"]);
    }
    assertCausal(run.items);
  },
);

testLooking(
  ["strace", "tcpdump"],
  "lesson 13 shows a send without a connect, and one datagram for each",
  async () => {
    await using run = await look(LESSON_13);
    assertEquals([run.code, run.errors, run.problems], [0, "", []]);
    const calls = callsOf(run.items).filter(({ step }) => step === 1);
    const names = new Set(calls.map(({ name }) => name));
    assert(names.has("sendto"));
    for (const name of ["connect", "listen", "accept4", "shutdown"]) {
      assert(!names.has(name), name);
    }
    const packets = packetsOf(run.items).filter(({ step }) => step === 1);
    const sends = calls.filter(({ name }) => name === "sendto");
    assertEquals(
      packets.map(({ protocol, bytes, source, destination }) => [
        ...[protocol, bytes, source, destination],
      ]),
      sends.map((
        { moved, socket, peer },
      ) => ["udp", moved, socket.local, peer]),
    );
    for (const [i, { at }] of packets.entries()) assert(at > sends[i].at);
  },
);

testLooking(
  ["strace", "tcpdump"],
  "every call of the lesson's sockets is there once, and none of the runtime's, as strace's own log says",
  async () => {
    const run = await theKinds();
    assertEquals([run.code, run.errors, run.problems], [0, "", []]);
    const log = await Deno.readTextFile(`${run.folder}/calls.log`);
    const main = log.split(" ")[0];
    // Every beginning of a call in the main thread: a resumed one began before.
    const begun = log.split("\n").filter((line) => line.startsWith(`${main} `))
      .map((line) => line.replace(/^\d+ +[\d.]+ /, ""));
    const counted = (start: string) =>
      begun.filter((line) => line.startsWith(start)).length;
    const calls = callsOf(run.items);
    const seen = (name: string) =>
      calls.filter((call) => call.name === name).length;

    const sockets = counted("socket(AF_INET") + counted("socket(AF_UNIX");
    assertEquals(seen("socket"), sockets);
    // One more where this machine's name for itself has an IPv6 address too.
    assert([12, 13].includes(sockets), `${sockets} sockets`);
    // The others are there to be left out: look-ups, and a child process.
    const all = log.match(/ socket\(AF_(INET|UNIX)/g)!.length;
    assert(all > sockets, "only the lesson's sockets are in the log");
    for (const name of ["bind", "listen", "accept4", "connect", "shutdown"]) {
      assertEquals(seen(name), counted(`${name}(`), name);
    }
    // The runtime wakes itself through a pair of sockets without a name.
    const pair = log.match(/socketpair\(.*\[(\d+), (\d+)\]/)!.slice(1);
    for (const name of ["sendto", "recvfrom", "read", "write"]) {
      const own = pair.reduce((sum, fd) => sum + counted(`${name}(${fd},`), 0);
      const all = counted(`${name}(`);
      const expected = name.length < 6 ? 0 : all - own;
      assertEquals(seen(name), expected, name);
    }
    for (const name of ["sendmsg", "recvmsg", "sendmmsg", "writev", "readv"]) {
      assertEquals(counted(`${name}(`), 0, `${name}: who uses it?`);
    }
    // Whoever was born was closed.
    const born = calls.flatMap(({ made }) => made ?? []);
    assertEquals(seen("close"), born.length);
    assertEquals(
      new Set(born.map(({ kind }) => kind)),
      new Set(["tcp", "udp", "unix", "unixpacket"]),
    );
    assertCausal(run.items);
  },
);

testLooking(
  ["strace", "tcpdump"],
  "each kind of socket has its calls at its step; Unix sockets have no packets",
  async () => {
    const run = await theKinds();
    const titles = run.items.flatMap((item) =>
      item.seen === "story" && item.event.kind === "step"
        ? [item.event.title]
        : []
    );
    const calls = callsOf(run.items);
    const packets = packetsOf(run.items);
    for (const [i, title] of titles.entries()) {
      const protocols = new Set(
        packets.filter(({ step }) => step === i + 1)
          .map(({ protocol }) => protocol),
      );
      const expected = title === "udp" || title === "node:dgram"
        ? ["udp"]
        : title === "tcp" || title === "node:net" || title === "nobody's"
        ? ["tcp"]
        : [];
      assertEquals([...protocols], expected, title);
    }
    const [datagram] = packets.filter(({ protocol }) => protocol === "udp");
    assertEquals([datagram.bytes, datagram.data], [5, "68656c6c6f"]);
    const kinds = new Set(calls.map(({ socket }) => nameOfSocket(socket)));
    assert([...kinds].some((name) => name.endsWith("a Unix datagram socket")));
  },
);

testLooking(
  ["strace", "tcpdump", "tshark"],
  "the packets are those that tshark finds in the same capture",
  async () => {
    const run = await theLesson2();
    const listening = callsOf(run.items).flatMap(({ made }) =>
      made?.role === "listening" ? [made.local!] : []
    );
    const [port] = listening.map((address) => address.split(":")[1]);
    const fields = ["srcport", "dstport", "flags", "seq", "ack", "len"];
    const { stdout } = await new Deno.Command("tshark", {
      args: [
        ...["-n", "-r", `${run.folder}/packets.pcap`],
        ...["-Y", `tcp.port == ${port}`, "-T", "fields"],
        ...["frame.time_epoch", ...fields.map((name) => `tcp.${name}`)]
          .flatMap((name) => ["-e", name]),
      ],
      stderr: "null",
    }).output();
    const first = run.items.find(({ seen }) => seen === "packet")!;
    const rows = new TextDecoder().decode(stdout).trim().split("\n")
      .map((line) => line.split("\t").map(Number))
      .toSorted((a, b) => a[0] - b[0])
      .map(([, ...numbers]) => numbers);
    const flagsOf = (flags: string) =>
      ["FIN", "SYN", "RST", "PSH", "ACK"].reduce(
        (sum, flag, bit) => sum + (flags.includes(flag) ? 2 ** bit : 0),
        0,
      );
    assert(first !== undefined);
    const inTime = run.items.toSorted((a, b) => a.atMs - b.atMs);
    assertEquals(
      packetsOf(inTime).map((packet) => [
        Number(packet.source.split(":")[1]),
        Number(packet.destination.split(":")[1]),
        flagsOf(packet.flags!),
        packet.relativeSequence,
        packet.relativeAcknowledgment ?? 0,
        packet.bytes,
      ]),
      rows,
    );
  },
);

testLooking(
  ["strace", "tcpdump"],
  "lesson 7's FINs are found behind the data that was queued before them",
  async () => {
    await using run = await look(LESSON_7);
    assertEquals(run.problems, []);
    const effects = effectsOfClosing(run.items).map(({ effects }) => effects);
    const queued = effects.flat().filter((text) => /after \d{6}/.test(text));
    assert(queued.length >= 2, effects.join("\n"));
    for (const [first, second] of effects) {
      assert(!/SHUT_WR\) sent nothing$/.test(first), `${first}, ${second}`);
      if (/sent FIN/.test(first)) assert(!/sent FIN/.test(second ?? ""));
    }
  },
);

testLooking(
  ["strace", "tcpdump"],
  "closing a listener says how many clients in its backlog it reset",
  async () => {
    const run = await theOdd();
    assertEquals([run.code, run.errors, run.problems], [0, "", []]);
    const [listener] = effectsOfClosing(run.items)
      .filter(({ socket }) => socket.role === "listening");
    assertEquals(listener.effects, [
      "close() accepts no more clients, and reset 2 clients in its backlog",
    ]);
    assertCausal(run.items);
  },
);

testLooking(
  ["strace", "tcpdump"],
  "ICMP says which datagram it's about, and later fragments belong to theirs",
  async () => {
    const run = await theOdd();
    const packets = packetsOf(run.items);
    const [datagram, icmp] = packets.filter(({ step }) => step === 2);
    assertEquals(datagram.bytes, 8);
    assertMatch(icmp.icmp!, /destination unreachable: port unreachable$/);
    const { source, destination } = datagram;
    assertEquals(icmp.quoted, { protocol: "udp", source, destination });
    const nameOf = namesIn(run.items);
    const [text] = run.items.flatMap((item) =>
      item.seen === "packet" && item.packet.icmp !== undefined
        ? [describeItem(item, { nameOf }).replaceAll("\u00a0", " ")]
        : []
    );
    assertMatch(text, /port unreachable, about UDP sender → :\d+$/);

    const fragments = packets.filter(({ step }) => step === 4);
    // This machine may have no IPv6.
    if (fragments.length === 0) return;
    assertEquals(fragments.map(({ fragment }) => fragment), [true, undefined]);
    assertEquals(fragments[1].source, fragments[0].source);
    assertEquals(fragments[1].fragmentFrom! - 8, fragments[0].bytes);
    assertEquals(fragments[0].bytes + fragments[1].bytes, 65_507);
  },
);

testLooking(
  ["strace", "tcpdump"],
  "how a capture finds its own end is neither shown nor counted",
  async () => {
    const run = await theOdd();
    const inStep = (all: { step: number }[]) =>
      all.filter(({ step }) => step === 3);
    // The program's own datagram is there, the marker of its capture isn't.
    const packets = inStep(packetsOf(run.items));
    assertEquals(packets.length, 1, JSON.stringify(packets));
    const names = callsOf(run.items).filter(({ step }) => step === 3)
      .map(({ name }) => name).filter((name) => /^(socket|sendto)$/.test(name));
    assertEquals(names, ["socket", "sendto"]);
    assert(!JSON.stringify(run.items).includes("marker"));
    const cost = costOfSteps(run.items)
      .find(({ title }) => title === "3  a capture")!;
    assertEquals(cost.packets, 1);
  },
);

testLooking(
  ["strace", "tcpdump", "IPv6"],
  "lesson 1's sockets with one port are told apart by their addresses",
  async () => {
    await using run = await look(LESSON_1);
    const text = draw(run.items);
    assertMatch(text, /⇢ :\d+ → 127\.0\.0\.1:\d+ SYN seq 0\n/);
    assertMatch(text, /⇢ \[::1\]:\d+ → \[::1\]:\d+ SYN seq 0\n/);
    assertMatch(text, /▸ shutdown\(\d+ → 127\.0\.0\.1:\d+, SHUT_WR\) = 0\n/);
  },
);

testLooking(
  ["strace", "tcpdump"],
  "lesson 2 explains once, in its first step with packets, what its readers don't know yet",
  async () => {
    const run = await theLesson2();
    const [before, after, ...others] = draw(run.items)
      .split("   SYN: opens a connection; ACK: ");
    assertEquals(others, []);
    assertMatch(
      after,
      /SO_ERROR: how it went \(lessons 7, 8, 11, 12\)\n\n3 {2}/,
    );
    assert(before.includes("\n2  ") && !before.includes("\n3  "));
  },
);

testLooking(
  ["strace", "tcpdump"],
  "lesson 9 names a window that is full, one that is zero, and a probe",
  async () => {
    await using run = await look(LESSON_9);
    const notes = new Set(
      packetsOf(run.items).flatMap(({ notes }) => notes ?? []),
    );
    for (
      const note of [
        ...["window full", "zero window", "zero window probe"],
        "window update",
      ]
    ) assert(notes.has(note), `${note} is not among ${[...notes].join(", ")}`);
  },
);

testLooking(
  ["strace"],
  "calls alone need no capture, and give no packets",
  async () => {
    await using run = await look(LESSON_3, { packets: false });
    assertEquals(run.problems, []);
    assertEquals(packetsOf(run.items), []);
    assert(callsOf(run.items).length > 40);
  },
);

testLooking(
  ["strace"],
  "a lesson that fails shows what it did until then",
  async () => {
    const folder = await Deno.makeTempDir();
    const module = `${folder}/fails.ts`;
    await Deno.writeTextFile(
      module,
      "Deno.listen({ hostname: '127.0.0.1', port: 0 });\n" +
        "throw new Error('on the way');\n",
    );
    await using run = await look(module, { packets: false });
    assertEquals(run.code, 1);
    assertMatch(run.errors, /on the way/);
    assertEquals(
      callsOf(run.items).map(({ name }) => name).slice(0, 4),
      ["socket", "setsockopt", "bind", "listen"],
    );
    await Deno.remove(folder, { recursive: true });
  },
);

/**
 * The child of a process that was started with these words. All files of tests
 * run in one process, whose other children come and go.
 */
function childWith(words: string, parent = Deno.pid): number {
  for (const { name: thread } of Deno.readDirSync(`/proc/${parent}/task`)) {
    const children = readIfThere(`/proc/${parent}/task/${thread}/children`);
    for (const pid of children.match(/\d+/g) ?? []) {
      const command = readIfThere(`/proc/${pid}/cmdline`);
      if (command.replaceAll("\0", " ").includes(words)) return Number(pid);
    }
  }
  throw new Error(`process ${parent} has no child with ${words}`);
}

/** What the system says of a thread or a process, which may just have ended. */
function readIfThere(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

for (
  const { tool, problem } of [
    { tool: "tcpdump", problem: /^tcpdump ended early/ },
    { tool: "strace", problem: /^strace ended early by SIGKILL/ },
  ]
) {
  testLooking(
    ["strace", "tcpdump"],
    `when ${tool} dies, what was seen so far is shown and nothing is left`,
    async () => {
      const folder = await Deno.makeTempDir();
      let server: number | undefined;
      const signal = new AbortController();
      const run = await xray(
        ["run", "-q", "-A", ...stdArgs(), LESSON_3, "--json", "--serve"],
        {
          calls: true,
          packets: true,
          folder,
          signal: signal.signal,
          limitMs: 60_000,
          onEvent(event) {
            if (event.kind !== "note" || server !== undefined) return;
            const strace = childWith(`--output=${folder}/`);
            server = childWith(LESSON_3, strace);
            const tcpdump = childWith("tcpdump -i lo --nano");
            Deno.kill(tool === "tcpdump" ? tcpdump : strace, "SIGKILL");
            if (tool === "tcpdump") signal.abort();
          },
        },
      );
      assertEquals(run.problems.length, 1);
      assertMatch(run.problems[0], problem);
      const names = callsOf(run.items).map(({ name }) => name);
      assert(names.includes("listen"), names.join());
      assert(run.items.some(({ seen }) => seen === "story"));
      await assertGone(server!);
      await Deno.remove(folder, { recursive: true });
    },
  );
}

testLooking(
  ["strace", "tcpdump"],
  "a signal ends a server, and its last calls and packets are there",
  async () => {
    const folder = await Deno.makeTempDir();
    const signal = new AbortController();
    const run = await xray([
      "run",
      "-q",
      "-A",
      ...stdArgs(),
      LESSON_3,
      "--json",
      "--serve",
    ], {
      calls: true,
      packets: true,
      folder,
      signal: signal.signal,
      limitMs: 60_000,
      async onEvent(event) {
        if (event.kind === "fact" && event.name === "netcat") {
          const port = Number(event.value.split(" ")[2]);
          using client = await Deno.connect({ hostname: "127.0.0.1", port });
          await client.write(new TextEncoder().encode("hello"));
          await client.read(new Uint8Array(64));
        }
        if (
          event.kind === "note" && event.text.endsWith("closed its write side")
        ) {
          signal.abort();
        }
      },
    });
    assertEquals([run.code, run.problems], [0, []]);
    const last = callsOf(run.items).at(-1)!;
    assertEquals([last.name, last.socket.role], ["close", "listening"]);
    const flags = packetsOf(run.items).map(({ flags }) => flags);
    assertEquals(flags.filter((name) => name === "FIN,ACK").length, 2);
    await Deno.remove(folder, { recursive: true });
  },
);

testLooking(
  ["strace"],
  "an abort before the beginning ends the lesson at its first word",
  async () => {
    const folder = await Deno.makeTempDir();
    const run = await xray([
      "run",
      "-q",
      "-A",
      ...stdArgs(),
      LESSON_3,
      "--json",
      "--serve",
    ], {
      calls: true,
      packets: false,
      folder,
      signal: AbortSignal.abort(),
      limitMs: 60_000,
    });
    assertEquals(run.problems, []);
    await Deno.remove(folder, { recursive: true });
  },
);
