import { assert, assertEquals, assertMatch } from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import { join } from "node:path";
import { exercises } from "../lessons/20_dns_by_hand/checks.ts";
import { askDns } from "../lessons/20_dns_by_hand/client.ts";
import { lesson, serve } from "../lessons/20_dns_by_hand/lesson.ts";
import { startDns } from "../lessons/20_dns_by_hand/server.ts";
import type { DecodedMessage } from "../lessons/20_dns_by_hand/types.ts";
import { connectTcp, readToEnd } from "../lib/net/mod.ts";
import { decodeDns, DNS_TYPES, encodeDns, WireError } from "../lib/wire/mod.ts";
import { findLesson } from "../lib/workbook/catalogue.ts";
import { reportLines } from "../lib/workbook/report.ts";
import { testAccepted, testExercises } from "./gates.ts";
import { record, Recording } from "./record.ts";
import { joined } from "./workbook/text.ts";
import { WorkbookCopy } from "./workbook/workbook_copy.ts";

testExercises("dns_by_hand", exercises);

type EncodeQuery = (
  id: number,
  name: string,
  type: "A" | "AAAA" | "TXT",
) => Uint8Array;
type DecodeMessage = (bytes: Uint8Array, id: number) => DecodedMessage;

testAccepted<EncodeQuery>(exercises[0], {
  "with the codec of lib/wire": (id, name, type) =>
    encodeDns({
      id,
      wantsRecursion: true,
      questions: [{ name, type: DNS_TYPES[type], class: 1 }],
    }),
  "as one list of numbers": (id, name, type) => {
    const labels = name.split(".");
    if (labels.at(-1) === "") labels.pop();
    const bytes = [id >> 8, id & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for (const label of labels) {
      if (label.length < 1 || label.length >= 64) throw new RangeError(label);
      bytes.push(label.length);
      for (const char of label) bytes.push(char.charCodeAt(0));
    }
    bytes.push(0, 0, type === "A" ? 1 : type === "TXT" ? 16 : 28, 0, 1);
    if (bytes.length - 16 > 255) throw new RangeError("long");
    return new Uint8Array(bytes);
  },
  "by hexadecimal digits": (id, name, type) => {
    const hex = (n: number, digits: number) =>
      n.toString(16).padStart(digits, "0");
    const labels = name.replace(/\.$/, "").split(".").map((label) => {
      if (!/^.{1,63}$/.test(label)) throw new RangeError(label);
      return hex(label.length, 2) + new TextEncoder().encode(label).toHex();
    }).join("") + "00";
    if (labels.length > 510) throw new RangeError(name);
    const number = { A: "0001", TXT: "0010", AAAA: "001c" }[type];
    return Uint8Array.fromHex(
      `${hex(id, 4)}01000001000000000000${labels}${number}0001`,
    );
  },
});

/** Names by a function that gives the next index, with a count of jumps. */
function viewDecoder(maxJumps: number): DecodeMessage {
  return (bytes, id) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const readName = (at: number): [string, number] => {
      let text = "";
      let next = 0;
      for (let jumps = 0;;) {
        const size = view.getUint8(at);
        if (size === 0) return [text.slice(0, -1), next || at + 1];
        if (size >> 6 === 3) {
          next ||= at + 2;
          at = view.getUint16(at) & 0x3fff;
          if (++jumps > maxJumps) throw new TypeError("loop");
        } else if (size >> 6 === 0) {
          for (let i = 1; i <= size; i++) {
            text += String.fromCharCode(view.getUint8(at + i));
          }
          text += ".";
          at += 1 + size;
        } else throw new TypeError("label");
      }
    };
    try {
      const flags = view.getUint16(2);
      if (view.getUint16(0) !== id || flags < 0x8000) throw new TypeError("id");
      let at = 12;
      for (let i = view.getUint16(4); i > 0; i--) at = readName(at)[1] + 4;
      const answers: DecodedMessage["answers"] = [];
      for (let i = view.getUint16(6); i > 0; i--) {
        const [name, from] = readName(at);
        const [type, ttl] = [view.getUint16(from), view.getUint32(from + 4)];
        const size = view.getUint16(from + 8);
        const start = from + 10;
        at = start + size;
        if (at > bytes.length) throw new TypeError("end");
        if (type === 1 && size !== 4) throw new TypeError("size");
        if (type === 1) {
          const value = [...bytes.slice(start, at)].join(".");
          answers.push({ name, type: "A", ttl, value });
        } else if (type === 5) {
          answers.push({ name, type: "CNAME", ttl, value: readName(start)[0] });
        } else answers.push({ name, type: "other", ttl, value: "" });
      }
      return { isTruncated: !!(flags & 512), rcode: flags % 16, answers };
    } catch (error) {
      throw new TypeError("no answer", { cause: error });
    }
  };
}

/** A cursor that keeps a view, and a set of the places it has been led to. */
class Cursor {
  readonly #view: DataView;
  at = 0;
  constructor(readonly bytes: Uint8Array) {
    const { buffer, byteOffset, byteLength } = bytes;
    this.#view = new DataView(buffer, byteOffset, byteLength);
  }
  take(size: 1 | 2 | 4): number {
    if (this.at + size > this.bytes.length) throw new TypeError("end");
    this.at += size;
    const at = this.at - size;
    if (size === 1) return this.#view.getUint8(at);
    return size === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }
  text(size: number): string {
    this.at += size;
    if (this.at > this.bytes.length) throw new TypeError("end");
    const label = this.bytes.subarray(this.at - size, this.at);
    return new TextDecoder().decode(label);
  }
  name(): string {
    const labels: string[] = [];
    const led = new Set<number>();
    let back: number | undefined;
    for (let size = this.take(1); size !== 0; size = this.take(1)) {
      if (size < 64) labels.push(this.text(size));
      else if (size < 192) throw new TypeError("label");
      else {
        const target = (size - 192) * 256 + this.take(1);
        if (led.has(target)) throw new TypeError("ring");
        led.add(target);
        back ??= this.at;
        this.at = target;
      }
    }
    this.at = back ?? this.at;
    return labels.join(".");
  }
}

const cursorDecoder: DecodeMessage = (bytes, id) => {
  const cursor = new Cursor(bytes);
  if (cursor.take(2) !== id) throw new TypeError("id");
  const flags = cursor.take(2);
  if (flags < 0x8000) throw new TypeError("QR");
  const [questions, count] = [cursor.take(2), cursor.take(2), cursor.take(4)];
  for (let i = 0; i < questions; i++) cursor.name(), cursor.take(4);
  const answers: DecodedMessage["answers"] = [];
  for (let i = 0; i < count; i++) {
    const [name, type] = [cursor.name(), cursor.take(2), cursor.take(2)];
    const [ttl, size] = [cursor.take(4), cursor.take(2)];
    const end = cursor.at + size;
    if (type === 1 && size !== 4) throw new TypeError("A");
    if (type === 5) {
      answers.push({ name, type: "CNAME", ttl, value: cursor.name() });
      cursor.at = end;
      continue;
    }
    cursor.text(size);
    const data = [...bytes.subarray(end - size, end)];
    const value = type === 1 ? data.join(".") : "";
    answers.push({ name, type: type === 1 ? "A" : "other", ttl, value });
  }
  return { isTruncated: (flags & 512) > 0, rcode: flags & 15, answers };
};

testAccepted<DecodeMessage>(exercises[1], {
  "with a cursor, and a set of where pointers have led": cursorDecoder,
  "with a DataView, and a count of jumps": viewDecoder(20),
  "with more jumps": viewDecoder(100),
  "with the codec of lib/wire": (bytes, id) => {
    try {
      const message = decodeDns(bytes);
      if (message.id !== id || !message.isResponse) throw new TypeError("id");
      return {
        rcode: message.rcode,
        isTruncated: message.isTruncated,
        answers: message.answers.map(({ name, ttl, data }) => ({
          value: data.kind === "A"
            ? data.address
            : data.kind === "CNAME"
            ? data.name
            : "",
          ttl,
          name,
          type: data.kind === "A" || data.kind === "CNAME"
            ? data.kind
            : "other",
        })),
      };
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      throw new TypeError(error.message);
    }
  },
});

Deno.test("lesson 20 asks, follows names, and asks again over TCP", async () => {
  const recording = await record(lesson);
  assertEquals(recording.fact("bytes"), "35");
  assertEquals(recording.fact("bytes more than the query"), "16");
  assertMatch(recording.fact("c0 00 at offset 0"), /a pointer at byte 0/);
  assertEquals(recording.fact("alias, code"), "0");
  assertEquals(recording.fact("alias, answers"), "3");
  assertEquals(recording.fact("nobody, code"), "3");
  assert(Number(recording.fact("bytes over UDP")) <= 512);
  assertEquals(recording.fact("came over"), "tcp");
  assert(Number(recording.fact("bytes in the end")) > 512);
  assertEquals(recording.fact("answers in the end"), "10");
  assertEquals(recording.fact("the answer"), "taken");
  assertEquals(recording.fact("another id"), "turned away");
  assertEquals(recording.fact("another question"), "turned away");
});

Deno.test("lesson 20's server drops a slow TCP client, and goes on after rubbish", async () => {
  const stop = new AbortController();
  const server = startDns(0, { signal: stop.signal, queryMs: 50 });
  using slow = await connectTcp(server.port);
  await slow.write(new Uint8Array([0]));
  assertEquals(await readToEnd(slow), new Uint8Array(0));
  const socket = Deno.listenDatagram({
    transport: "udp",
    hostname: "127.0.0.1",
    port: 0,
  });
  const to = {
    transport: "udp",
    hostname: "127.0.0.1",
    port: server.port,
  } as const;
  for (const size of [0, 1, 11, 12, 100]) {
    await socket.send(new Uint8Array(size).fill(0xff), to);
  }
  socket.close();
  const { message } = await askDns(server.port, "HOST.example.test", 28);
  assertEquals(message.answers[0].data, {
    kind: "AAAA",
    address: "2001:db8::10",
  });
  const other = await askDns(server.port, "example.org", 1);
  assertEquals(other.message.rcode, 5);
  stop.abort();
  await server.done;
});

Deno.test("20.2: an answer that follows a pointer for ever is told why, by the process that ends it", async () => {
  await using copy = await WorkbookCopy.make({ whole: true });
  const folder = join(copy.root, "lessons", "20_dns_by_hand");
  const source = await Deno.readTextFile(join(folder, "solution.ts"));
  const endless = source.replace("from = limit = target;", "from = target;");
  assert(endless !== source);
  await Deno.writeTextFile(join(folder, "exercise.ts"), endless);
  const { checkLesson } = await copy.import("lib/workbook/checker.ts");
  const { lessons } = await copy.import("lessons/mod.ts");
  const [result] = await checkLesson(findLesson(lessons, "20"), {
    ids: ["20.2"],
    // It takes a whole processor until then.
    silenceMs: 1500,
  });
  assertEquals(result.verdict.state, "failed");
  const report = reportLines(result, { width: 80 }).join("\n");
  const text = joined(stripAnsiCode(report));
  assertMatch(text, /✗ a ring that stands before the name/);
  assertMatch(text, /never gave control back.*lead to a smaller offset/);
  assertMatch(text, /Read: "A pointer in place of a name"/);
});

Deno.test("lesson 20 serves, and tells how many queries there were", async () => {
  const stop = new AbortController();
  const recording = new Recording();
  const serving = serve(recording.show, {
    port: 0,
    folder: "",
    signal: stop.signal,
  });
  const [, port] = recording.fact("address").match(/-p (\d+)/)!;
  await askDns(Number(port), "long.example.test", DNS_TYPES.TXT);
  stop.abort();
  await serving;
  const notes = recording.all("note").map(({ text }) => text);
  assertEquals(notes.at(-1), "ended: 2 queries");
  assertEquals(notes.at(-2), "a query over tcp: an answer of 1165 bytes");
});
