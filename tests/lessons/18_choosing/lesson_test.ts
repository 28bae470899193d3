import { assert, assertEquals, assertMatch } from "@std/assert";
import { exercises } from "../../../lessons/18_choosing/exercises.ts";
import { KINDS, NAMES } from "../../../lessons/18_choosing/channels.ts";
import { fillQueue } from "../../../lessons/18_choosing/experiments.ts";
import { lesson, NOT_ON_WINDOWS } from "../../../lessons/18_choosing/lesson.ts";
import type {
  askLocal,
  choose,
} from "../../../lessons/18_choosing/solution.ts";
import type { Choice } from "../../../lessons/18_choosing/types.ts";
import { noUnixSockets, temporaryFolder } from "../../lib/net_fixture.ts";
import { testUnix } from "../../lib/unix_fixture.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { Recording, recordOnce } from "../record.ts";
import { bindUnixDatagram } from "../../../lib/net/mod.ts";
import { askLocalMistakes, chooseMistakes } from "./wrong_answers.ts";

type AskLocal = typeof askLocal;
type Choose = typeof choose;

if (noUnixSockets) {
  Deno.test.ignore(
    "18 (ignored: Deno has no Unix sockets on Windows)",
    () => {},
  );
} else {
  testExercises("choosing", exercises, {
    "18.1": askLocalMistakes,
    "18.2": chooseMistakes,
  });
  testAccepted<AskLocal>(exercises[0], {
    "with the helper of lib/net, and AbortSignal": async (
      server,
      question,
      { timeoutMs },
    ) => {
      using socket = await bindUnixDatagram(`${server}.me`);
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), timeoutMs);
      try {
        return await new Promise<Uint8Array>((resolve, reject) => {
          late.signal.addEventListener("abort", () => {
            reject(new DOMException("no answer", "TimeoutError"));
          });
          const to = { transport: "unixpacket" as const, path: server };
          socket.send(question, to).then(async () => {
            for await (const { bytes, from } of socket) {
              if (from.path === server) return resolve(bytes);
            }
          }).catch(reject);
        });
      } finally {
        clearTimeout(timer);
      }
    },
    "that closes the socket at the deadline": async (
      server,
      question,
      { timeoutMs },
    ) => {
      const path = `${server}.me`;
      const socket = Deno.listenDatagram({ transport: "unixpacket", path });
      const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
      const timer = setTimeout(() => {
        reject(new Deno.errors.TimedOut("no answer"));
      }, timeoutMs);
      (async () => {
        await socket.send(question, { transport: "unixpacket", path: server });
        const buffer = new Uint8Array(70_000);
        while (true) {
          const [data, from] = await socket.receive(buffer);
          if ((from as Deno.UnixAddr).path === server) return resolve(data);
        }
      })().catch(reject);
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
        await Deno.remove(path);
        socket.close();
      }
    },
    "in a class with Symbol.dispose": async (
      server,
      question,
      { timeoutMs },
    ) => {
      class Mailbox {
        readonly socket: Deno.DatagramConn;
        timer?: ReturnType<typeof setTimeout>;
        constructor(readonly path: string) {
          this.socket = Deno.listenDatagram({ transport: "unixpacket", path });
        }
        [Symbol.dispose]() {
          clearTimeout(this.timer);
          this.socket.close();
          Deno.removeSync(this.path);
        }
      }
      using box = new Mailbox(`${server}.me`);
      const late = new Promise<never>((_, reject) => {
        box.timer = setTimeout(
          () => reject(new Deno.errors.TimedOut()),
          timeoutMs,
        );
      });
      const to = { transport: "unixpacket" as const, path: server };
      await Promise.race([box.socket.send(question, to), late]);
      while (true) {
        const [data, from] = await Promise.race([box.socket.receive(), late]);
        if ((from as Deno.UnixAddr).path === server) return data;
      }
    },
  });

  testAccepted<Choose>(exercises[1], {
    "as one expression": (need) =>
      need.latencyBeatsLoss && !need.everyByteMatters
        ? "udp"
        : need.sameMachine
        ? need.messagesStayWhole || need.manyReceivers ? "unixpacket" : "unix"
        : need.everyByteMatters || !need.manyReceivers
        ? "tcp"
        : "udp",
    "as a table of rules": (need) => {
      const { everyByteMatters: every, manyReceivers: many } = need;
      const rules: [boolean, Choice][] = [
        [need.latencyBeatsLoss && !every, "udp"],
        [need.sameMachine && (need.messagesStayWhole || many), "unixpacket"],
        [need.sameMachine, "unix"],
        [many && !every, "udp"],
        [true, "tcp"],
      ];
      return rules.find(([fits]) => fits)![1];
    },
    "beginning with what must not be lost": (need) => {
      const whole = need.messagesStayWhole || need.manyReceivers;
      const here: Choice = whole ? "unixpacket" : "unix";
      if (need.everyByteMatters) return need.sameMachine ? here : "tcp";
      if (need.latencyBeatsLoss) return "udp";
      if (need.sameMachine) return here;
      return need.manyReceivers ? "udp" : "tcp";
    },
  });
}

/** The run that all tests ask about. */
const theRun = recordOnce(async (show) => {
  using folder = temporaryFolder();
  await lesson(show, { folder: folder.path });
  assertEquals([...Deno.readDirSync(folder.path)], [], "it leaves nothing");
});

/** A row of a table, by the kinds of sockets. */
async function row(table: number, name: string): Promise<string[]> {
  const { rows } = (await theRun()).all("table")[table];
  return rows.find(([first]) => first === name)!.slice(1);
}

testUnix(
  "lesson 18 shows datagrams that come whole, also an empty one",
  async () => {
    const arrows = (await theRun()).all("arrow");
    const questions = arrows.filter(({ from }) => from === "client");
    assertEquals(
      questions.map(({ label, received }) => [label, received]),
      [5, 0, 60_000].map((size) => [`${size} bytes`, `receive() gave ${size}`]),
    );
    assert(arrows.some(({ from }) => from === "server"), "there is an answer");
  },
);

testUnix(
  "lesson 18 shows whose close() removes the path of a datagram socket",
  async () => {
    const recording = await theRun();
    assertEquals(recording.fact("a path after Deno's close()"), "still there");
    assertEquals(recording.fact("and after lib/net's close()"), "gone");
  },
);

testUnix("lesson 18 shows a send that waits until there is room", async () => {
  const calls = (await theRun()).all("call").map(({ call }) => call);
  const taken = Number(calls[0].match(/^send\(\) took (\d+)$/)![1]);
  assert(taken > 0);
  if (Deno.build.os !== "linux") return;
  assertEquals(calls.slice(1), [
    `send() ${taken + 1} waits`,
    "receive() gave 1",
    `send() ${taken + 1} is done`,
    `${taken} more receive()`,
  ]);
});

testUnix(
  "lesson 18 shows that only UDP loses, and only UDP does not wait",
  async () => {
    const { rows } = (await theRun()).all("table")[0];
    assertEquals(rows.map(([name]) => name), KINDS.map((kind) => NAMES[kind]));
    for (const [name, , sender, sent, received, lost] of rows) {
      assertEquals(Number(sent) - Number(received), Number(lost));
      if (name === NAMES.udp) {
        assertEquals(sender, "goes on");
        assert(Number(lost) > 0, `${name} lost ${lost}`);
      } else {
        assertEquals(lost, "0", name);
        if (Deno.build.os === "linux") assertEquals(sender, "waits", name);
      }
    }
  },
);

testUnix(
  "lesson 18 compares all four, for the loss, the time and the rate",
  async () => {
    const charts = (await theRun()).all("bars");
    assertEquals(charts.map(({ unit }) => unit), ["%", "µs", "MB/s"]);
    for (const { bars } of charts) {
      assertEquals(
        bars.map(({ name }) => name),
        KINDS.map((kind) => NAMES[kind]),
      );
      for (const { value } of bars) assert(value > 0 && Number.isFinite(value));
    }
  },
);

testUnix(
  "lesson 18 fills its table of promises by what it found out",
  async () => {
    const order = await row(1, "order");
    assertEquals(
      order.map((cell) => cell.split(",")[0]),
      Array(4).fill("kept"),
    );
    const lost = await row(1, "lost by a slow reader");
    assertEquals(lost.map((cell) => cell === "none"), [
      true,
      false,
      true,
      true,
    ]);
    const edges = await row(1, "10, 20, 30 bytes come as");
    assertEquals([edges[1], edges[3]], ["10, 20, 30", "10, 20, 30"]);
    assertEquals(
      [edges[0], edges[2]].map((cell) =>
        cell.split(", ").reduce((sum, size) => sum + Number(size), 0)
      ),
      [60, 60],
    );
    assertEquals(await row(1, "sockets for 3 clients"), ["4", "1", "4", "1"]);
    assertEquals(await row(1, "address"), [
      "host and port",
      "host and port",
      "path",
      "path",
    ]);
    assertEquals(await row(1, "nobody is there"), [
      "Refused",
      "nothing",
      "NotFound",
      "NotFound",
    ]);
  },
);

testUnix(
  "lesson 18 shows what it measured in the table of promises as well",
  async () => {
    const [, trips, rates] = (await theRun()).all("bars");
    assertEquals(
      await row(1, "question, answer"),
      trips.bars.map(({ value }) => `${value.toFixed(1)} µs`),
    );
    assertEquals(
      await row(1, "one way"),
      rates.bars.map(({ value }) => `${value.toFixed(0)} MB/s`),
    );
  },
);

testUnix("lesson 18 names a socket for each of four tasks", async () => {
  const { rows } = (await theRun()).all("table")[2];
  assertEquals(rows.map(([, take]) => take).toSorted(), [
    "TCP",
    "UDP",
    "Unix datagram",
    "Unix stream",
  ]);
});

Deno.test("fillQueue() gives the error of a system that does not let a send wait", async () => {
  let sends = 0;
  const noRoom = new Error("No buffer space available (os error 55)");
  const { taken, waiting, refused } = await fillQueue(() =>
    ++sends > 8 ? Promise.reject(noRoom) : Promise.resolve()
  );
  assertEquals(taken, 8);
  assertEquals(waiting, undefined);
  assertEquals(refused, noRoom);
});

Deno.test({
  name: "lesson 18 says on Windows why it cannot run, and which ones to take",
  ignore: !noUnixSockets,
  async fn() {
    const recording = new Recording();
    await lesson(recording.show, { folder: "" });
    assertEquals(recording.all("say").map(({ text }) => text), [
      NOT_ON_WINDOWS,
    ]);
    assertMatch(NOT_ON_WINDOWS, /Windows.*take lesson 3/s);
  },
});
