import { assert, assertEquals, assertMatch } from "@std/assert";
import { exercises } from "../lessons/20_dns_by_hand/checks.ts";
import { askDns } from "../lessons/20_dns_by_hand/client.ts";
import { lesson, serve } from "../lessons/20_dns_by_hand/lesson.ts";
import { startDns } from "../lessons/20_dns_by_hand/server.ts";
import type { DecodedMessage } from "../lessons/20_dns_by_hand/types.ts";
import { connectTcp, readToEnd } from "../lib/net/mod.ts";
import { decodeDns, DNS_TYPES, encodeDns, WireError } from "../lib/wire/mod.ts";
import { testAccepted, testExercises } from "./gates.ts";
import { record, Recording } from "./record.ts";

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

testAccepted<DecodeMessage>(exercises[1], {
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
  assertEquals(recording.all("note").at(-1)!.text, "ended: 2 queries");
});
