import { assert, assertEquals, assertMatch } from "@std/assert";
import { exercises } from "../../../lessons/14_many_peers/exercises.ts";
import { lesson, serve } from "../../../lessons/14_many_peers/lesson.ts";
import type {
  Letter,
  RollCallClass,
  RollCallOptions,
} from "../../../lessons/14_many_peers/types.ts";
import {
  bindUdp,
  type DatagramSocket,
  formatAddress,
} from "../../../lib/net/mod.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { Recording, recordOnce } from "../record.ts";
import { rollCallMistakes } from "./wrong_answers.ts";

testExercises("many_peers", exercises, { "14.1": rollCallMistakes });

interface Entry {
  name: string;
  address: Deno.NetAddr;
  until: number;
}

testAccepted<RollCallClass>(exercises[0], {
  "with an array, deadlines, and no regular expression": class {
    private entries: Entry[] = [];
    private readonly options: RollCallOptions;
    constructor(options: RollCallOptions) {
      this.options = options;
    }
    private get time() {
      return (this.options.now ?? Date.now)();
    }
    private get living() {
      return this.entries.filter(({ until }) => until > this.time);
    }
    present() {
      return this.living.map(({ name }) => name).sort();
    }
    handle(message: Uint8Array, from: Deno.NetAddr) {
      this.entries = this.living;
      const bytes = message.at(-1) === 10 ? message.subarray(0, -1) : message;
      let text = "";
      try {
        text = new TextDecoder(undefined, { fatal: true }).decode(bytes);
      } catch {
        return [];
      }
      if (text.includes("\n")) return [];
      const at = text.indexOf(" ");
      const word = at < 0 ? text : text.slice(0, at);
      const rest = at < 0 ? "" : text.slice(at + 1);
      const until = this.time + this.options.expireMs;
      const own = this.entries.find(({ address }) =>
        address.hostname === from.hostname && address.port === from.port
      );
      const to = (address: Deno.NetAddr, text: string) => ({
        to: address,
        message: new TextEncoder().encode(text + "\n"),
      });
      if (word === "HELLO" && isName(rest)) {
        if (own) own.until = until;
        const owner = this.entries.find(({ name }) => name === rest);
        if (owner && owner !== own) return [to(from, "TAKEN " + rest)];
        if (own) own.name = rest;
        else this.entries.push({ name: rest, address: from, until });
        return [to(from, "OK " + rest)];
      }
      if (!own) return [];
      if (word === "SAY" && rest !== "") {
        own.until = until;
        return this.entries.filter((one) => one !== own).map((one) =>
          to(one.address, `${own.name}: ${rest}`)
        );
      }
      if (text === "BYE") this.entries.splice(this.entries.indexOf(own), 1);
      return [];
    }
  },
  "with two maps, by JSON and by name, and messages in reverse": class {
    #byPeer = new Map<string, [name: string, heard: number]>();
    #byName = new Map<string, string>();
    #expireMs: number;
    #now: () => number;
    constructor({ expireMs, now }: RollCallOptions) {
      this.#expireMs = expireMs;
      this.#now = now === undefined ? () => performance.now() : now;
    }
    #tidy() {
      for (const [key, [name, heard]] of [...this.#byPeer]) {
        if (heard + this.#expireMs > this.#now()) continue;
        this.#byPeer.delete(key);
        this.#byName.delete(name);
      }
    }
    present() {
      this.#tidy();
      return Array.from(this.#byName.keys()).toSorted();
    }
    handle(message: Uint8Array, from: Deno.NetAddr): Letter[] {
      this.#tidy();
      const key = JSON.stringify([from.hostname, from.port]);
      const old = this.#byPeer.get(key);
      const text = new TextDecoder().decode(message).replace(/\n$/, "");
      // What is no UTF-8 does not come back the same.
      const again = new TextEncoder().encode(text);
      if (again.some((byte, i) => byte !== message[i])) return [];
      const match = text.match(/^(?:HELLO ([a-z\d]{1,20})|SAY ([^\n]+)|BYE)$/i);
      if (!match || !/^(HELLO|SAY|BYE)/.test(text)) return [];
      const [, name, said] = match;
      if (old) old[1] = this.#now();
      const letters: Letter[] = [];
      const send = (to: Deno.NetAddr, text: string) =>
        letters.unshift({ to, message: new TextEncoder().encode(text) });
      if (name) {
        const owner = this.#byName.get(name);
        if (owner !== undefined && owner !== key) {
          send(from, `TAKEN ${name}\n`);
        } else {
          if (old) this.#byName.delete(old[0]);
          this.#byName.set(name, key);
          this.#byPeer.set(key, [name, this.#now()]);
          send(from, `OK ${name}\n`);
        }
      } else if (old && said) {
        for (const other of this.#byPeer.keys()) {
          if (other === key) continue;
          const [hostname, port] = JSON.parse(other);
          send({ transport: "udp", hostname, port }, `${old[0]}: ${said}\n`);
        }
      } else if (old) {
        this.#byPeer.delete(key);
        this.#byName.delete(old[0]);
      }
      return letters;
    }
  },
  // A function that makes an object will do as well.
  "without a class": function (
    { expireMs, now = Date.now }: RollCallOptions,
  ) {
    let peers: Record<string, Entry> = Object.create(null);
    const forget = () => {
      peers = Object.fromEntries(
        Object.entries(peers).filter(([, { until }]) => now() < until),
      );
      Object.setPrototypeOf(peers, null);
    };
    return {
      present() {
        forget();
        return Object.values(peers).map((peer) => peer.name).sort();
      },
      handle(message: Uint8Array, from: Deno.NetAddr): Letter[] {
        forget();
        const key = formatAddress(from);
        let text: string;
        try {
          text = new TextDecoder("utf8", { fatal: true }).decode(message);
        } catch {
          return [];
        }
        const until = now() + expireMs;
        const reply = (to: Deno.NetAddr, text: string): Letter => ({
          to,
          message: Uint8Array.from(new TextEncoder().encode(`${text}\n`)),
        });
        const name = /^HELLO ([A-Za-z0-9]{1,20})\n?$/.exec(text)?.[1];
        const said = /^SAY ([^\n]+)\n?$/.exec(text)?.[1];
        if (key in peers && (name || said)) peers[key].until = until;
        if (name !== undefined) {
          const others = Object.keys(peers).filter((other) => other !== key);
          if (others.some((other) => peers[other].name === name)) {
            return [reply(from, `TAKEN ${name}`)];
          }
          peers[key] = { name, address: from, until };
          return [reply(from, `OK ${name}`)];
        }
        if (!(key in peers)) return [];
        if (said !== undefined) {
          return Object.keys(peers).filter((other) => other !== key).map((
            other,
          ) => reply(peers[other].address, `${peers[key].name}: ${said}`));
        }
        if (text === "BYE" || text === "BYE\n") delete peers[key];
        return [];
      },
    };
  } as unknown as RollCallClass,
});

function isName(text: string): boolean {
  const isLetter = (char: string) =>
    (char >= "a" && char <= "z") || (char >= "A" && char <= "Z") ||
    (char >= "0" && char <= "9");
  return text.length >= 1 && text.length <= 20 && [...text].every(isLetter);
}

const recordLesson = recordOnce(lesson);

Deno.test("lesson 14 shows one socket for three clients, where TCP has four", async () => {
  const recording = await recordLesson();
  assertEquals(recording.fact("sockets, over TCP"), "4");
  assertEquals(recording.fact("sockets, over UDP"), "1");
  const { rows } = recording.all("table")[0];
  assertEquals(rows.map(([, asked, got]) => `${asked} ${got}`), [
    '"I am ann" "hello, ann"',
    '"I am bob" "hello, bob"',
    '"I am cid" "hello, cid"',
  ]);
  assertEquals(new Set(rows.map(([from]) => from)).size, 3);
  assertEquals(new Set(rows.map(([, , , from]) => from)).size, 1);
});

Deno.test("lesson 14 shows that each of four peers hears the other three", async () => {
  const recording = await recordLesson();
  const { rows } = recording.all("table")[1];
  for (const [name, , received] of rows) {
    const others = ["ann", "bob", "cid", "dot"].filter((one) => one !== name);
    const heard = received.split(", ").sort();
    assertEquals(heard, others.map((other) => `from ${other}`));
  }
  assertEquals(recording.fact("sockets"), "4");
  assertEquals(recording.fact("sends, receives"), "12, 12");
});

Deno.test("lesson 14 shows who gets what, and that a stranger gets nothing", async () => {
  const recording = await recordLesson();
  const { rows } = recording.all("table")[2];
  assertEquals(
    rows.filter(([came]) => came === "SAY let me in")[0][2],
    "nothing",
  );
  assertEquals(
    rows.filter(([, , text]) => text === '"ann: hello\\n"').length,
    2,
  );
  assertEquals(recording.fact("bob received"), '"OK bob\\n", "ann: hello\\n"');
});

Deno.test("lesson 14 shows that one who leaves is missed by silence alone", async () => {
  const recording = await recordLesson();
  const present = recording.all("fact").filter(({ name }) =>
    name === "present"
  );
  assertEquals(present.map(({ value }) => value), [
    "ann, bob, cid",
    "ann, bob, cid",
  ]);
  if (Deno.build.os !== "windows") {
    assertEquals(recording.fact("errors of send()"), "0");
  }
  assertEquals(recording.fact("without those silent for 10000 ms"), "ann, bob");
});

Deno.test("lesson 14 shows multicast, or says why not", async () => {
  const recording = await recordLesson();
  const last = recording.events.at(-1)!;
  if (last.kind === "say") {
    assertMatch(last.text, /^Not shown: /);
  } else {
    assertEquals(recording.fact("sends"), "1");
    assertEquals(recording.fact("receives"), "3");
    assertEquals(recording.fact("each got"), '"to all"');
  }
});

Deno.test({
  name: "lesson 14 says why multicast is not shown, without the permission",
  permissions: { net: ["127.0.0.1"] },
  async fn() {
    const recording = new Recording();
    await lesson(recording.show);
    const last = recording.all("say").at(-1)!;
    assertMatch(
      last.text,
      /^Not shown: lessons may use loopback addresses only/,
    );
  },
});

Deno.test("lesson 14 calls the roll until it is told to stop", async () => {
  const stop = new AbortController();
  const recording = new Recording();
  const serving = serve(recording.show, {
    port: 0,
    folder: "",
    signal: stop.signal,
  });
  const port = Number(recording.fact("socat").match(/\d+$/)![0]);
  const server = { transport: "udp", hostname: "127.0.0.1", port } as const;
  using ann = bindUdp();
  using bob = bindUdp();
  const send = (socket: DatagramSocket, text: string) =>
    socket.send(new TextEncoder().encode(text), server);
  async function receive(socket: DatagramSocket): Promise<string> {
    const { bytes } = await socket.receive({ timeoutMs: 10_000 });
    return new TextDecoder().decode(bytes);
  }
  await send(ann, "HELLO ann\n");
  assertEquals(await receive(ann), "OK ann\n");
  await send(bob, "HELLO ann\n");
  assertEquals(await receive(bob), "TAKEN ann\n");
  await send(bob, "HELLO bob\n");
  assertEquals(await receive(bob), "OK bob\n");
  // With the name in front this is too long to be sent; the roll goes on.
  await send(ann, `SAY ${"x".repeat(65_503)}`);
  await send(ann, "SAY hello\n");
  assertEquals(await receive(bob), "ann: hello\n");
  await send(bob, "BYE");
  await send(ann, "HELLO dot");
  assertEquals(await receive(ann), "OK dot\n");
  stop.abort();
  await serving;
  const notes = recording.all("note").map(({ text }) => text);
  assert(notes.includes("ann came; present: ann"));
  assert(notes.includes("bob left; present: ann"));
  assert(notes.some((note) => note.includes("Cannot send 65509 bytes")));
  assertMatch(notes.at(-1)!, /^closed: 3 joined, 7 messages came, 5 went out$/);
});
