import { assert, assertEquals, assertThrows } from "@std/assert";
import { seededRandom } from "../../lib/net/random.ts";
import { ByteQueue } from "../../lib/net/reliable/byte_queue.ts";
import { CongestionWindow } from "../../lib/net/reliable/congestion_window.ts";
import { settingsOf } from "../../lib/net/reliable/options.ts";
import { Receiver } from "../../lib/net/reliable/receiver.ts";
import { RetransmitTimer } from "../../lib/net/reliable/retransmit_timer.ts";
import {
  ACK,
  decodeSegment,
  encodeSegment,
  FIN,
  formatFlags,
  RST,
  SYN,
} from "../../lib/net/reliable/segment.ts";
import { SendWindow } from "../../lib/net/reliable/send_window.ts";
import { WireError } from "../../lib/wire/error.ts";
import { pattern } from "./net_fixture.ts";

// ---- the header ----

Deno.test("encodeSegment() and decodeSegment() are each other's inverse", () => {
  for (const size of [0, 1, 2, 65_491]) {
    const segment = {
      flags: SYN | ACK,
      seq: 4294967295,
      ack: 2147483648,
      window: 65536,
      data: pattern(size),
    };
    const datagram = encodeSegment(segment);
    assertEquals(datagram.length, 16 + size);
    assertEquals(decodeSegment(datagram), segment);
  }
});

Deno.test("encodeSegment() writes the bytes that the header's picture shows", () => {
  const datagram = encodeSegment({
    flags: ACK | FIN,
    seq: 0x01020304,
    ack: 0x05060708,
    window: 0x0a0b0c0d,
    data: new Uint8Array([0xff]),
  });
  assertEquals([...datagram.subarray(0, 2)], [0x57, 0x11]);
  assertEquals([...datagram.subarray(4)], [
    ...[1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13],
    0xff,
  ]);
});

Deno.test("decodeSegment() detects every single flipped bit", () => {
  const data = pattern(20);
  const good = encodeSegment({ flags: ACK, seq: 1, ack: 2, window: 3, data });
  for (let bit = 0; bit < good.length * 8; bit++) {
    const bad = good.slice();
    bad[bit >> 3] ^= 1 << (bit & 7);
    assertThrows(() => decodeSegment(bad), WireError);
  }
});

Deno.test("decodeSegment() throws only WireError, for any input", () => {
  const random = seededRandom(1);
  for (let n = 0; n < 5000; n++) {
    const size = Math.floor(random() * 40);
    const bytes = Uint8Array.from({ length: size }, () => random() * 256);
    if (n % 2 && size > 0) bytes[0] = 0x57;
    try {
      decodeSegment(bytes);
    } catch (error) {
      assert(error instanceof WireError, String(error));
    }
  }
});

Deno.test("formatFlags() names all flags", () => {
  assertEquals(formatFlags(0), "");
  assertEquals(formatFlags(SYN | FIN | RST | ACK), "SYN,FIN,RST,ACK");
});

// ---- the queue ----

Deno.test("ByteQueue returns the bytes that were added, however they wrap around", () => {
  const random = seededRandom(2);
  const queue = new ByteQueue(37);
  let taken = 0;
  let given = 0;
  for (let n = 0; n < 5000; n++) {
    const chunk = Uint8Array.from(
      { length: random() * 60 },
      (_, i) => taken + i,
    );
    const count = queue.push(chunk);
    assertEquals(count, Math.min(chunk.length, 37 - (taken - given)));
    taken += count;
    assertEquals([queue.length, queue.room], [
      taken - given,
      37 - taken + given,
    ]);
    const offset = Math.floor(random() * (queue.length + 1));
    const target = new Uint8Array(Math.floor(random() * 60));
    const copied = queue.copyTo(target, offset);
    assertEquals(copied, Math.min(target.length, queue.length - offset));
    for (let i = 0; i < copied; i++) {
      assertEquals(target[i], (given + offset + i) & 255);
    }
    const dropped = Math.floor(random() * (queue.length + 1));
    queue.drop(dropped);
    given += dropped;
  }
});

// ---- the receiver ----

Deno.test("Receiver reassembles shuffled, duplicate, and overlapping segments, across the wrap", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = seededRandom(seed);
    const upTo = (n: number) => Math.floor(random() * n);
    const stream = Uint8Array.from({ length: 500 }, () => random() * 256);
    const first = 2 ** 32 - upTo(600);
    const receiver = new Receiver(first, 1000);
    // Every byte is in one segment at least, and in two or three mostly.
    const parts = Array.from({ length: 100 }, (_, n) => {
      const start = Math.max(0, n * 5 - upTo(20));
      return [start, Math.min(500, n * 5 + 5 + upTo(20))];
    });
    parts.sort(() => random() - 0.5);
    const got: number[] = [];
    for (const [start, end] of parts) {
      got.push(
        ...receiver.accept(first + start >>> 0, stream.slice(start, end)),
      );
      assertEquals(receiver.ack, first + got.length >>> 0, `seed ${seed}`);
      assertEquals(receiver.window, 1000 - got.length);
      assert(receiver.earlyBytes <= 500 - got.length);
    }
    assertEquals(new Uint8Array(got), stream, `seed ${seed}`);
    assertEquals(receiver.hasGap, false);
  }
});

Deno.test("Receiver copies early bytes, because buffers are reused", () => {
  const receiver = new Receiver(0, 10);
  const buffer = new Uint8Array([2]);
  receiver.accept(1, buffer);
  buffer[0] = 9;
  assertEquals([...receiver.accept(0, new Uint8Array([1]))], [1, 2]);
});

Deno.test("Receiver drops bytes outside its window, however early they are", () => {
  const receiver = new Receiver(0, 4);
  assertEquals([...receiver.accept(0, pattern(6))], [...pattern(4)]);
  assertEquals([receiver.ack, receiver.window], [4, 0]);
  assertEquals(receiver.accept(4, pattern(1)).length, 0);
  receiver.release(3);
  assertEquals([...receiver.accept(3, new Uint8Array([0, 5, 6]))], [5, 6]);
  assertEquals([receiver.ack, receiver.window], [6, 1]);
  receiver.accept(8, pattern(5));
  assertEquals(receiver.earlyBytes, 0);
});

// ---- the timer ----

Deno.test("RetransmitTimer follows the rules of RFC 6298", () => {
  const timer = new RetransmitTimer({ minMs: 1 });
  assertEquals(timer.rtoMs, 1000);
  timer.sample(100);
  assertEquals([timer.srttMs, timer.rttvarMs, timer.rtoMs], [100, 50, 300]);
  timer.sample(200);
  // The deviation is from the old mean: 0.75 * 50 + 0.25 * 100.
  assertEquals([timer.srttMs, timer.rttvarMs], [112.5, 62.5]);
  assertEquals(timer.rtoMs, 112.5 + 4 * 62.5);
});

Deno.test("RetransmitTimer doubles up to its limit, until something is measured again", () => {
  const timer = new RetransmitTimer({ minMs: 10, maxMs: 500 });
  timer.sample(100);
  const seen = [timer.rtoMs];
  for (let n = 0; n < 3; n++) {
    timer.backOff();
    seen.push(timer.rtoMs);
  }
  assertEquals(seen, [300, 500, 500, 500]);
  timer.sample(100);
  assertEquals(timer.rtoMs, 250);
});

Deno.test("RetransmitTimer never waits less than its minimum, or less than the mean plus one tick", () => {
  const timer = new RetransmitTimer({ minMs: 200 });
  for (let n = 0; n < 50; n++) timer.sample(2);
  assertEquals(timer.rtoMs, 200);
  const quick = new RetransmitTimer({ minMs: 0 });
  for (let n = 0; n < 200; n++) quick.sample(2);
  assertEquals(quick.rtoMs, 3);
});

// ---- the windows ----

Deno.test("CongestionWindow doubles in slow start, and then adds one segment for each window", () => {
  const window = new CongestionWindow({ segmentBytes: 100, segments: 4 });
  for (let n = 0; n < 4; n++) window.grow(100);
  assertEquals(window.cwnd, 800);
  window.enterRecovery(800);
  assertEquals([window.ssthresh, window.cwnd], [400, 700]);
  window.leaveRecovery(400);
  assertEquals(window.cwnd, 400);
  for (let n = 0; n < 4; n++) window.grow(100);
  assertEquals(window.cwnd, 500);
  for (let n = 0; n < 4; n++) window.grow(100);
  assertEquals(window.cwnd, 500);
  window.grow(100);
  assertEquals(window.cwnd, 600);
});

Deno.test("CongestionWindow halves only once for a segment that times out repeatedly", () => {
  const window = new CongestionWindow({ segmentBytes: 100, segments: 10 });
  window.timeOut(1000);
  assertEquals([window.cwnd, window.ssthresh], [100, 500]);
  window.timeOut();
  window.timeOut();
  assertEquals([window.cwnd, window.ssthresh], [100, 500]);
  window.timeOut(100);
  assertEquals(window.ssthresh, 200);
});

Deno.test("CongestionWindow shrinks by a partial ACK, and adds a segment only if it's a full one", () => {
  const window = new CongestionWindow({ segmentBytes: 100, segments: 10 });
  window.enterRecovery(1000);
  assertEquals(window.cwnd, 800);
  window.deflate(100);
  assertEquals(window.cwnd, 800);
  window.deflate(99);
  assertEquals(window.cwnd, 701);
  window.deflate(900);
  assertEquals(window.cwnd, 100);
});

Deno.test("CongestionWindow is a whole number of bytes, even after an odd number was halved", () => {
  const window = new CongestionWindow({ segmentBytes: 1, segments: 10 });
  window.enterRecovery(17);
  assertEquals([window.ssthresh, window.cwnd], [8, 11]);
});

Deno.test("SendWindow allows the smaller of the two windows", () => {
  const window = new SendWindow(100);
  window.sent(1);
  assertEquals(window.acknowledge(101, 50), { count: 1, isWider: true });
  assertEquals([window.room(1000), window.room(30)], [50, 30]);
  window.sent(30);
  assertEquals([window.room(1000), window.room(30)], [20, 0]);
  assertEquals(window.inFlight, 30);
});

Deno.test("SendWindow ignores a late acknowledgment", () => {
  const window = new SendWindow(2 ** 32 - 3);
  window.sent(1);
  window.acknowledge(2 ** 32 - 2, 20);
  window.sent(10);
  assertEquals(window.acknowledge(4, 20), { count: 6, isWider: true });
  assertEquals(window.acknowledge(0, 20), { count: 0, isWider: false });
  assertEquals([window.una, window.edge], [7, 27]);
});

Deno.test("SendWindow rejects an acknowledgment of data that was never sent", () => {
  const window = new SendWindow(0);
  window.sent(1);
  window.acknowledge(1, 100);
  window.sent(10);
  assertEquals(window.acknowledge(12, 100), null);
  assertEquals(window.acknowledge(2 ** 31, 100), null);
  assertEquals(window.acknowledge(2 ** 32 - 200, 100), null);
  assertEquals(window.acknowledge(11, 100), { count: 10, isWider: true });
});

Deno.test("SendWindow continues after the acknowledged data when it has gone back", () => {
  const window = new SendWindow(0);
  window.sent(1);
  window.acknowledge(1, 100);
  window.sent(50);
  window.goBack();
  assertEquals([window.next, window.highest], [1, 51]);
  window.sent(10);
  window.acknowledge(41, 100);
  assertEquals([window.una, window.next, window.inFlight], [41, 41, 0]);
});

// ---- the options ----

Deno.test("settingsOf() rejects invalid options, and says what is valid", () => {
  for (
    const options of [
      { segmentBytes: 0 },
      { segmentBytes: 65_492 },
      { segmentBytes: 1.5 },
      { receiveBytes: 0 },
      { sendBytes: -1 },
      { initialSequence: 2 ** 32 },
      { minRtoMs: -1 },
      { userTimeoutMs: Infinity },
      { keepAliveMs: NaN },
    ]
  ) {
    assertThrows(
      () => settingsOf(options),
      RangeError,
      `Cannot make a reliable connection: ${Object.keys(options)[0]}`,
    );
  }
});

Deno.test("settingsOf() picks a random initial sequence number each time", () => {
  const numbers = Array.from({ length: 20 }, () => settingsOf({}))
    .map(({ initialSequence }) => initialSequence);
  assert(new Set(numbers).size > 18);
});
