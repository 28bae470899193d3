import { assert, assertEquals, assertMatch } from "@std/assert";
import { exercises } from "../../../lessons/11_tcp_segment/exercises.ts";
import { lesson } from "../../../lessons/11_tcp_segment/lesson.ts";
import { readRecording } from "../../../lessons/11_tcp_segment/observe.ts";
import { RECORDING } from "../../../lessons/11_tcp_segment/recording.ts";
import { findWrap, WORDS } from "../../../lessons/11_tcp_segment/traffic.ts";
import type {
  Checksum,
  DecodeSegment,
  SeqLess,
} from "../../../lessons/11_tcp_segment/types.ts";
import { checksum, decodeTcp, seqDiff } from "../../../lib/wire/mod.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { record, type Recording } from "../record.ts";
import {
  checksumMistakes,
  decodeMistakes,
  seqLessMistakes,
} from "./wrong_answers.ts";

testExercises("tcp_segment", exercises, {
  "11.1": decodeMistakes,
  "11.2": checksumMistakes,
  "11.3": seqLessMistakes,
});

testAccepted<DecodeSegment>(exercises[0], {
  "with copies, and numbers made by hand": (bytes) => {
    const number = (start: number, end: number) =>
      bytes.slice(start, end).reduce((sum, byte) => sum * 256 + byte, 0);
    if (bytes.length < 20) throw new RangeError("short");
    const end = Math.floor(bytes[12] / 16) * 4;
    if (end < 20) throw new RangeError("offset");
    if (end > bytes.length) throw new RangeError("longer than it is");
    const names = ["cwr", "ece", "urg", "ack", "psh", "rst", "syn", "fin"];
    const bits = bytes[13].toString(2).padStart(8, "0");
    return {
      sourcePort: number(0, 2),
      destinationPort: number(2, 4),
      sequence: number(4, 8),
      acknowledgment: number(8, 12),
      headerBytes: end,
      flags: Object.fromEntries(
        names.map((name, i) => [name, bits[i] === "1"]),
        // deno-lint-ignore no-explicit-any
      ) as any,
      window: number(14, 16),
      checksum: number(16, 18),
      urgentPointer: number(18, 20),
      options: bytes.slice(20, end),
      payload: bytes.slice(end),
    };
  },
  "with the decoder of lib/wire": (bytes) => {
    try {
      const { options: _, ...fields } = decodeTcp(bytes);
      return {
        ...fields,
        options: bytes.subarray(20, fields.headerBytes),
        payload: bytes.subarray(fields.headerBytes),
      };
    } catch (error) {
      // It also reads the options, of which random bytes have none.
      if (!`${error}`.includes("TCP option")) throw new RangeError(`${error}`);
      return (exercises[0].solution as DecodeSegment)(bytes);
    }
  },
  "with a DataView that fails by itself": (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const urgentPointer = view.getUint16(18);
    const words = view.getUint16(12) >>> 12;
    if (words < 5) throw new RangeError();
    // Both throw a RangeError where the buffer ends too soon.
    new DataView(view.buffer, view.byteOffset, view.byteLength).getUint8(
      words * 4 - 1,
    );
    const bit = (n: number) => Boolean(view.getUint8(13) >>> n & 1);
    return Object.assign(Object.create(null), {
      extra: "fields do not matter",
      urgentPointer,
      headerBytes: words * 4,
      flags: {
        fin: bit(0),
        syn: bit(1),
        rst: bit(2),
        psh: bit(3),
        ack: bit(4),
        urg: bit(5),
        ece: bit(6),
        cwr: bit(7),
      },
      sourcePort: view.getUint16(0),
      destinationPort: view.getUint16(2),
      sequence: view.getUint32(4),
      acknowledgment: view.getUint32(8),
      window: view.getUint16(14),
      checksum: view.getUint16(16),
      options: bytes.subarray(20, words * 4),
      payload: bytes.subarray(words * 4),
    });
  },
});

testAccepted<Checksum>(exercises[1], {
  "with the function of lib/wire": (bytes) => checksum(bytes),
  "with the fold at the end, and signed bits": (bytes) => {
    let sum = 0;
    bytes.forEach((byte, i) => sum += i % 2 === 0 ? byte << 8 : byte);
    sum = (sum & 0xffff) + (sum >>> 16);
    sum = (sum & 0xffff) + (sum >>> 16);
    return ~sum & 0xffff;
  },
  "with a padded copy and a DataView": (bytes) => {
    const even = new Uint8Array(bytes.length + bytes.length % 2);
    even.set(bytes);
    const view = new DataView(even.buffer);
    let sum = 0;
    for (let at = 0; at < even.length; at += 2) {
      sum += view.getUint16(at);
      sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum ^ 0xffff;
  },
  "with big integers": (bytes) => {
    let sum = 0n;
    for (let at = 0; at < bytes.length; at += 2) {
      sum += BigInt(bytes[at]) << 8n | BigInt(bytes[at + 1] ?? 0);
    }
    while (sum >> 16n) sum = (sum & 0xffffn) + (sum >> 16n);
    return Number(0xffffn - sum);
  },
});

testAccepted<SeqLess>(exercises[2], {
  "with the signed difference": (a, b) => seqDiff(b, a) > 0,
  "with cases": (a, b) =>
    a < b ? b - a < 2147483648 : a > b && a - b > 2147483648,
  "with a modulus made positive": (a, b) => {
    const ahead = ((b - a) % 2 ** 32 + 2 ** 32) % 2 ** 32;
    return 0 < ahead && ahead * 2 < 2 ** 32;
  },
});

/** What the lesson must show, whether it captured or not. */
function assertShown(recording: Recording): void {
  const [{ hex }] = recording.all("headers");
  assert(Number(hex.length) > 0);
  assertEquals(recording.fact("data"), '5 bytes "hello"');

  const [{ rows }] = recording.all("table");
  assertEquals(rows.length, WORDS.length);
  rows.forEach(([sequence, data, next], i) => {
    assertMatch(data, new RegExp(`^${WORDS[i].length} bytes "${WORDS[i]}"`));
    assertEquals(seqDiff(Number(next), Number(sequence)), WORDS[i].length);
    if (i > 0) assertEquals(sequence, rows[i - 1][2]);
  });

  const beginnings = recording.all("fact")
    .filter(({ value }) => value.startsWith("SYN "));
  assertEquals(new Set(beginnings.map(({ value }) => value)).size, 6);

  const numberIn = (name: string) =>
    Number(recording.fact(name).match(/\d+/)![0]);
  const last = numberIn("a segment");
  const next = numberIn("the one behind it");
  assert(next < last, "the numbers came round");
  assertEquals(seqDiff(next, last), numberIn("its data"));
  assert(numberIn("acknowledged") < last);

  assertEquals(recording.fact("as it came"), "0x0000");
  assert(recording.fact("one bit wrong") !== "0x0000");
  assertEquals(recording.fact("two numbers swapped"), "0x0000");
}

Deno.test("lesson 11 shows a header, and numbers that count and come round", async () => {
  assertShown(await record(lesson));
});

Deno.test({
  name: "lesson 11 shows a recording where tcpdump may not be started",
  permissions: { net: true },
  async fn() {
    const recording = await record(lesson);
    assertShown(recording);
    const told = recording.all("say")
      .filter(({ text }) => text.includes("Nothing was captured just now"));
    assertEquals(told.length, 1);
  },
});

Deno.test("lesson 11's recording has what the lesson shows", () => {
  const packets = readRecording(RECORDING);
  assert(packets.every(({ tcp, problem }) => tcp !== null && problem === null));
  assert(packets.every(({ ipChecksum }) => ipChecksum === "good"));
  assert(findWrap(packets)?.ack !== undefined);
});
