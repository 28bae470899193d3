import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { seededRandom } from "../../lib/net/random.ts";
import type { ReliableOptions } from "../../lib/net/reliable/options.ts";
import type { Protocol } from "../../lib/net/reliable/protocol.ts";
import {
  ACK,
  decodeSegment,
  FIN,
  RST,
  SYN,
} from "../../lib/net/reliable/segment.ts";
import type { ReliableEvent } from "../../lib/net/reliable/trace.ts";
import { pattern } from "./net_fixture.ts";
import { Transfer, World, type WorldOptions } from "./net_reliable_world.ts";

/** Times for a world in which a round trip takes 2 ms. */
const QUICK: ReliableOptions = {
  segmentBytes: 100,
  initialRtoMs: 50,
  minRtoMs: 10,
  maxRtoMs: 1000,
  ackDelayMs: 0,
  userTimeoutMs: 5000,
  timeWaitMs: 2000,
};

function quickWorld(options: WorldOptions = {}): World {
  return new World({ ...options, both: { ...QUICK, ...options.both } });
}

/** Asserts that both ends have closed without an error. */
function assertOver(world: World): void {
  for (const end of [world.client, world.server]) {
    assertEquals(end.error, undefined);
    assertEquals(end.state, "CLOSED");
    assert(end.isOver);
  }
}

// Shared, because some tests drain after every event.
const drained = new Uint8Array(1024 * 1024);

/** Reads everything that has arrived. */
function drain(end: Protocol): Uint8Array {
  return drained.slice(0, end.read(drained));
}

// ---- any faults, any sizes ----

Deno.test("Protocol delivers every byte both ways and closes, with any faults and sizes, for 400 seeds", () => {
  for (let seed = 1; seed <= 400; seed++) {
    const random = seededRandom(seed);
    const pick = (...values: number[]) =>
      values[Math.floor(random() * values.length)];
    const both = {
      segmentBytes: pick(1, 7, 100, 1200),
      receiveBytes: pick(1, 100, 3000, 65536),
      sendBytes: pick(10, 4000, 100_000),
      minRtoMs: pick(5, 50, 200),
      maxRtoMs: 2000,
      initialRtoMs: 100,
      ackDelayMs: pick(0, 4),
      userTimeoutMs: 10_000_000,
      // Long enough for the last acknowledgment to get through.
      timeWaitMs: 300_000,
      initialSequence: pick(0, 2 ** 32 - 1, 2 ** 32 - 500, 2 ** 31 - 3),
    };
    const world = new World({
      seed,
      both,
      loss: pick(0, 0.01, 0.1, 0.3),
      duplication: pick(0, 0.1, 0.4),
      reordering: pick(0, 0.2, 0.5),
      jitterMs: pick(0, 5),
    });
    const isTiny = Math.min(both.segmentBytes, both.receiveBytes) < 10;
    const bytes = () =>
      Uint8Array.from(
        { length: random() * (isTiny ? 100 : 10_000) },
        () => random() * 256,
      );
    const { client, server } = world;
    try {
      world.open();
      const there = new Transfer(client, server, bytes());
      const back = new Transfer(server, client, bytes());
      const maxRead = pick(Infinity, 50, 5);
      world.run(() => {
        const isDone = [there.step(maxRead), back.step(maxRead)];
        return isDone[0] && isDone[1];
      });
      there.assertComplete();
      back.assertComplete();
      world.run();
      assertOver(world);
    } catch (cause) {
      throw new Error(`seed ${seed}, at ${world.now} ms`, { cause });
    }
  }
});

// ---- opening ----

Deno.test("Protocol opens with three segments, after which both ends know both sequence numbers", () => {
  const seen: string[] = [];
  const world = quickWorld({
    client: { initialSequence: 2 ** 32 - 1 },
    server: { initialSequence: 7000 },
  });
  world.filter = (from, datagram) => {
    const { flags, seq, ack } = decodeSegment(datagram);
    seen.push(`${from} ${flags} ${seq} ${ack}`);
    return false;
  };
  world.open();
  assertEquals(seen, [
    `client ${SYN} 4294967295 0`,
    `server ${SYN | ACK} 7000 0`,
    `client ${ACK} 0 7001`,
  ]);
  assertEquals([world.client.state, world.server.state], [
    "ESTABLISHED",
    "ESTABLISHED",
  ]);
});

for (const lost of [0, 1, 2]) {
  Deno.test(`Protocol opens even if segment ${lost + 1} of the three is lost`, () => {
    const world = quickWorld();
    let count = 0;
    world.filter = () => count++ === lost;
    world.open();
    world.client.write(pattern(10));
    world.run(() => drain(world.server).length === 10);
  });
}

Deno.test("Protocol fails with TimedOut if its SYN gets no answer", () => {
  const world = quickWorld();
  world.isCut = true;
  world.client.open();
  world.run(() => world.client.error !== undefined);
  assertInstanceOf(world.client.error, Deno.errors.TimedOut);
  assertEquals(world.client.error.message, "no answer within 5000 ms");
  assertEquals(world.now, 5000);
  assert(world.client.isOver);
});

// ---- retransmissions ----

/** Records the events of one end. */
function watch(): { kinds: string[]; events: ReliableEvent[] } & {
  onEvent: (event: ReliableEvent) => void;
} {
  const events: ReliableEvent[] = [];
  const kinds: string[] = [];
  const onEvent = (event: ReliableEvent) => {
    events.push(event);
    kinds.push(event.kind);
  };
  return { events, kinds, onEvent };
}

/** Loses the data segments with these ordinals (from 0), once each. */
function loseOnce(world: World, ...ordinals: number[]): void {
  let count = 0;
  world.filter = (from, datagram) =>
    from === "client" && datagram.length > 16 && ordinals.includes(count++);
}

Deno.test("Protocol retransmits a lost segment after three duplicate ACKs, without waiting for the timer", () => {
  const { kinds, onEvent } = watch();
  const world = quickWorld({ client: { initialSegments: 10, onEvent } });
  world.open();
  loseOnce(world, 2);
  world.client.write(pattern(1000));
  const start = world.now;
  world.run(() => world.client.stats.unacknowledged === 0);
  assertEquals(drain(world.server), pattern(1000));
  assert(world.now - start < 10, "it waited for the timer");
  const { fastRetransmits, retransmissions, timeouts } = world.client.stats;
  assertEquals([fastRetransmits, retransmissions, timeouts], [1, 1, 0]);
  assert(kinds.includes("fast retransmit"));
});

Deno.test("Protocol retransmits two lost segments of one window after a partial ACK", () => {
  const world = quickWorld({ client: { initialSegments: 10 } });
  world.open();
  loseOnce(world, 2, 5);
  world.client.write(pattern(1000));
  world.run(() => world.client.stats.unacknowledged === 0);
  const { fastRetransmits, retransmissions, timeouts } = world.client.stats;
  assertEquals([fastRetransmits, retransmissions, timeouts], [1, 2, 0]);
});

Deno.test("Protocol retransmits a lost last segment when the timer expires", () => {
  const world = quickWorld({ client: { initialSegments: 10 } });
  world.open();
  loseOnce(world, 9);
  world.client.write(pattern(1000));
  const start = world.now;
  world.run(() => world.client.stats.unacknowledged === 0);
  assert(world.now - start >= 10);
  const { timeouts, retransmissions, cwnd } = world.client.stats;
  assertEquals([timeouts, retransmissions], [1, 1]);
  assert(cwnd <= 200, `cwnd is ${cwnd} after a timeout`);
});

Deno.test("Protocol doesn't measure a round trip with a retransmitted segment (Karn's algorithm)", () => {
  const world = quickWorld({ delayMs: 3 });
  world.open();
  assertEquals(world.client.stats.srttMs, 6);
  // The first attempt is lost.
  let isFirst = true;
  world.filter = (from) => {
    const isLost = from === "client" && isFirst;
    isFirst = false;
    return isLost;
  };
  world.client.write(pattern(10));
  world.run(() => world.client.stats.unacknowledged === 0);
  assertEquals(world.client.stats.timeouts, 1);
  assertEquals(world.client.stats.srttMs, 6);
  // The timeout stays doubled until the next sample.
  const { rtoMs } = world.client.stats;
  world.client.write(pattern(10));
  world.run(() => world.client.stats.unacknowledged === 0);
  assert(world.client.stats.rtoMs < rtoMs);
});

Deno.test("Protocol doubles its timeout with each retransmission of a segment", () => {
  const { events, onEvent } = watch();
  const world = quickWorld({ client: { onEvent } });
  world.open();
  world.isCut = true;
  const start = world.now;
  world.client.write(pattern(10));
  world.run(() => world.client.stats.timeouts === 5);
  const times = events.filter(({ kind }) => kind === "timed out")
    .map(({ atMs }) => atMs - start);
  assertEquals(times, [10, 30, 70, 150, 310]);
});

Deno.test("Protocol doesn't mistake duplicate ACKs that its own retransmissions caused for a loss", () => {
  const world = quickWorld({
    both: { sendBytes: 100_000, receiveBytes: 100_000 },
    client: { initialSegments: 10 },
  });
  world.open();
  // The link suddenly gets slow: the timer expires, though nothing is lost.
  world.delayMs = 15;
  world.client.write(pattern(5000));
  world.run(() => {
    drain(world.server);
    return world.client.stats.unacknowledged === 0;
  });
  const { timeouts, fastRetransmits } = world.client.stats;
  assert(timeouts > 0);
  assertEquals(fastRetransmits, 0);
});

Deno.test("Protocol doesn't grow its congestion window if it isn't used", () => {
  const world = quickWorld();
  world.open();
  const { cwnd } = world.client.stats;
  for (let n = 0; n < 50; n++) {
    world.client.write(pattern(10));
    world.run(() => world.client.stats.unacknowledged === 0);
  }
  assertEquals(world.client.stats.cwnd, cwnd);
});

Deno.test("Protocol grows its congestion window in slow start, halves it after a loss, and never exceeds it", () => {
  const { events, onEvent } = watch();
  const world = quickWorld({
    both: { receiveBytes: 1_000_000, sendBytes: 1_000_000 },
    client: { onEvent },
  });
  world.open();
  loseOnce(world, 400);
  world.client.write(pattern(100_000));
  world.run(() => {
    drain(world.server);
    return world.client.stats.unacknowledged === 0;
  });
  const widest = Math.max(...events.map(({ stats }) => stats.cwnd));
  assert(widest > 10_000, `the window was never more than ${widest}`);
  const { cwnd, ssthresh } = world.client.stats;
  assert(ssthresh < widest && cwnd < widest);
  for (const { kind, stats } of events) {
    // Limited transmit (RFC 3042) may exceed the window by two segments.
    if (kind === "sent") assert(stats.inFlight <= stats.cwnd + 200);
  }
});

Deno.test("Protocol returns to its initial window after a pause, and only then", () => {
  const world = quickWorld({
    both: { receiveBytes: 1_000_000, sendBytes: 1_000_000 },
  });
  world.open();
  const initial = world.client.stats.cwnd;
  const send = () => {
    world.client.write(pattern(20_000));
    world.run(() => {
      drain(world.server);
      return world.client.stats.unacknowledged === 0;
    });
  };
  send();
  const grown = world.client.stats.cwnd;
  assert(grown > initial);
  send();
  assert(world.client.stats.cwnd >= grown);
  let isOver = false;
  world.later(world.client.stats.rtoMs + 10, () => isOver = true);
  world.run(() => isOver);
  world.client.write(pattern(1));
  assertEquals(world.client.stats.cwnd, initial);
});

// ---- flow control ----

Deno.test("Protocol sends no more than the receiver has room for, and continues when there's room again", () => {
  const { events, onEvent } = watch();
  const world = quickWorld({
    both: { receiveBytes: 500 },
    client: { onEvent },
  });
  world.open();
  world.client.write(pattern(2000));
  world.run(() => world.client.stats.sendWindow === 0);
  assertEquals(world.client.stats.unacknowledged, 1500);
  assert(events.every(({ stats }) => stats.inFlight <= 500));
  const got: number[] = [];
  world.run(() => got.push(...drain(world.server)) === 2000);
  assertEquals(new Uint8Array(got), pattern(2000));
});

Deno.test("Protocol sends a window update even if its state was read first", () => {
  const world = quickWorld({ both: { receiveBytes: 500 } });
  world.open();
  world.client.write(pattern(1000));
  world.run(() => world.client.stats.sendWindow === 0);
  const buffer = new Uint8Array(50);
  for (let n = 0; n < 10; n++) {
    world.server.read(buffer);
    assertEquals(world.server.stats.receiveWindow, 50 * (n + 1));
  }
  world.run(() => world.client.stats.unacknowledged === 0);
  assertEquals(world.client.stats.probes, 0);
});

Deno.test("Protocol sends a window probe if the window update was lost", () => {
  const world = quickWorld({ both: { receiveBytes: 500 } });
  world.open();
  world.client.write(pattern(1000));
  world.run(() => world.client.stats.sendWindow === 0);
  world.filter = () => true; // The window update gets lost.
  const first = drain(world.server);
  world.filter = () => false;
  world.run(() => world.client.stats.unacknowledged === 0);
  assertEquals(first.length + drain(world.server).length, 1000);
  assertEquals(world.client.stats.probes, 1);
});

Deno.test("Protocol accepts a window probe's byte if there's room, and never advertises a negative window", () => {
  const { events, onEvent } = watch();
  const world = quickWorld({
    both: { receiveBytes: 500 },
    client: { onEvent },
  });
  world.open();
  world.client.write(pattern(1000));
  world.run(() => world.client.stats.sendWindow === 0);
  // Three bytes aren't worth a window update, but a probe finds them.
  assertEquals(world.server.read(new Uint8Array(3)), 3);
  world.run(() => world.client.stats.unacknowledged === 497);
  assertEquals(world.client.stats.probes, 3);
  const windows = events.filter(({ kind }) => kind === "received")
    .map(({ segment }) => segment!.window);
  assert(windows.every((window) => window <= 500), windows.join());
});

Deno.test("Protocol waits for a slow reader as long as the other end answers", () => {
  const world = quickWorld({ both: { receiveBytes: 500 } });
  world.open();
  world.client.write(pattern(1000));
  const start = world.now;
  world.run(() => world.now - start > 60_000);
  assertEquals(world.client.error, undefined);
  assert(world.client.stats.probes > 10);
  assertEquals(drain(world.server).length, 500);
});

Deno.test("Protocol avoids tiny segments if the reader reads a few bytes at a time (silly window syndrome)", () => {
  const { events, onEvent } = watch();
  const world = quickWorld({
    both: { receiveBytes: 1000, minRtoMs: 1000 },
    client: { onEvent },
  });
  world.open();
  world.client.write(pattern(20_000));
  let count = 0;
  const readCrumb = () => {
    count += world.server.read(new Uint8Array(3));
    world.later(1, readCrumb);
  };
  readCrumb();
  world.run(() => count === 20_000);
  const sizes = events.filter(({ kind }) => kind === "sent")
    .map(({ segment }) => segment!.length).filter((length) => length > 0);
  assert(sizes.length < 400, `${sizes.length} segments for 20000 bytes`);
});

Deno.test("Protocol doesn't fill a small remainder of the window while data is in flight", () => {
  const world = quickWorld({
    both: { receiveBytes: 450 },
    client: { initialSegments: 10 },
  });
  world.open();
  world.client.write(pattern(1000));
  assertEquals(world.client.stats.inFlight, 400);
  world.run(() => world.client.stats.sendWindow === 0);
  assertEquals(drain(world.server).length, 450);
});

Deno.test("Protocol acknowledges every second segment at once, and a single one after a delay", () => {
  const world = quickWorld({
    both: { ackDelayMs: 8, minRtoMs: 100 },
    client: { initialSegments: 10 },
  });
  world.open();
  const before = world.server.stats.segmentsSent;
  world.client.write(pattern(1000));
  world.run(() => world.client.stats.unacknowledged === 0);
  assertEquals(world.server.stats.segmentsSent - before, 5);
  const start = world.now;
  world.client.write(pattern(10));
  world.run(() => world.client.stats.unacknowledged === 0);
  assertEquals(world.now - start, 1 + 8 + 1);
});

// ---- closing ----

/** What both ends do, for each order of closing. */
const ORDERS: Record<string, (world: World) => void> = {
  "the client closes first": ({ client, server, run }) => {
    client.close();
    run(() => server.isAtEnd);
    server.close();
  },
  "the server closes first": ({ client, server, run }) => {
    server.close();
    run(() => client.isAtEnd);
    client.close();
  },
  "both close at once": ({ client, server }) => {
    client.close();
    server.close();
  },
  "the client half-closes, and still receives data": (
    { client, server, run },
  ) => {
    client.closeWrite();
    run(() => server.isAtEnd);
    server.write(pattern(5000));
    server.closeWrite();
    let count = 0;
    run(() => (count += drain(client).length) === 5000 && client.isAtEnd);
    client.close();
    server.close();
  },
  "the server half-closes, and still receives data": (
    { client, server, run },
  ) => {
    server.closeWrite();
    run(() => client.isAtEnd);
    client.write(pattern(5000));
    client.close();
    let count = 0;
    run(() => (count += drain(server).length) === 5000 && server.isAtEnd);
    server.close();
  },
};

for (const [name, act] of Object.entries(ORDERS)) {
  Deno.test(`Protocol closes cleanly: ${name}`, () => {
    const world = quickWorld();
    world.run = world.run.bind(world);
    world.open();
    act(world);
    world.run();
    assertOver(world);
  });

  Deno.test(`Protocol closes cleanly on a bad link, for 50 seeds: ${name}`, () => {
    for (let seed = 1; seed <= 50; seed++) {
      const both = { ...QUICK, userTimeoutMs: 1e7, timeWaitMs: 100_000 };
      const faults = { loss: 0.3, duplication: 0.2, reordering: 0.3 };
      const world = new World({ seed, both, ...faults });
      world.run = world.run.bind(world);
      try {
        world.open();
        act(world);
        world.run();
        assertOver(world);
      } catch (cause) {
        throw new Error(`seed ${seed}`, { cause });
      }
    }
  });
}

Deno.test("Protocol goes through the states of RFC 9293, figure 5, and through CLOSING", () => {
  const statesOf = (act: (world: World) => void) => {
    const [client, server] = [watch(), watch()];
    const world = quickWorld({ client, server });
    world.run = world.run.bind(world);
    world.open();
    act(world);
    world.run();
    return [client, server].map(({ events }) =>
      events.filter(({ kind }) => kind === "state")
        .map(({ stats }) => stats.state).slice(1).join(" ")
    );
  };
  assertEquals(statesOf(ORDERS["the client closes first"]), [
    "ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED",
    "ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED",
  ]);
  assertEquals(statesOf(ORDERS["both close at once"]), [
    "ESTABLISHED FIN-WAIT-1 CLOSING TIME-WAIT CLOSED",
    "ESTABLISHED FIN-WAIT-1 CLOSING TIME-WAIT CLOSED",
  ]);
});

Deno.test("Protocol stays in TIME-WAIT long enough, and acknowledges a repeated FIN there", () => {
  const world = quickWorld();
  world.open();
  world.client.close();
  world.run(() => world.server.isAtEnd);
  // The last acknowledgment is lost once.
  let isLost = false;
  world.filter = (from) => from === "client" && !isLost && (isLost = true);
  world.server.close();
  world.run(() => world.client.state === "TIME-WAIT");
  const start = world.now;
  world.run(() => world.server.state === "CLOSED");
  assertEquals(world.server.error, undefined);
  world.run();
  assert(world.now - start > 2000);
  assertOver(world);
});

Deno.test("Protocol fails with TimedOut, but not too early, if the other end vanishes", () => {
  const world = quickWorld();
  world.open();
  world.isCut = true;
  const start = world.now;
  world.client.write(pattern(10));
  world.run(() => world.client.error !== undefined);
  assertInstanceOf(world.client.error, Deno.errors.TimedOut);
  assertEquals(
    world.client.error.message,
    "the peer hasn't answered for 5000 ms",
  );
  assertEquals(world.now - start, 5000);
  assert(world.client.isOver);
});

Deno.test("Protocol fails with TimedOut if the other end vanishes with a zero window", () => {
  const world = quickWorld({ both: { receiveBytes: 500 } });
  world.open();
  world.client.write(pattern(1000));
  world.run(() => world.client.stats.probes > 3);
  world.isCut = true;
  world.run(() => world.client.error !== undefined, 20_000);
  assertInstanceOf(world.client.error, Deno.errors.TimedOut);
});

Deno.test("Protocol notices by keep-alive that an idle peer has vanished", () => {
  const world = quickWorld({ client: { keepAliveMs: 1000 } });
  world.open();
  const start = world.now;
  world.run(() => world.now - start > 30_000);
  assertEquals(world.client.error, undefined);
  world.isCut = true;
  world.run(() => world.client.error !== undefined, 20_000);
  assertInstanceOf(world.client.error, Deno.errors.TimedOut);
});

Deno.test("Protocol doesn't wait forever for a peer that never closes", () => {
  const world = quickWorld();
  world.open();
  world.client.close();
  world.run(() => world.client.isOver, 20_000);
  world.run(() => world.server.error !== undefined || world.server.isAtEnd);
  assertEquals(world.client.error, undefined);
});

// ---- resets ----

Deno.test("Protocol resets the other end, even if the first RST is lost", () => {
  for (const isLost of [false, true]) {
    const world = quickWorld();
    world.open();
    let count = 0;
    world.filter = (from) => from === "client" && isLost && count++ === 0;
    world.client.abort();
    world.server.write(pattern(10));
    world.run(() => world.server.error !== undefined);
    assertInstanceOf(world.server.error, Deno.errors.ConnectionReset);
    world.run();
    assert(world.client.isOver && world.server.isOver);
  }
});

Deno.test("Protocol resets if it's closed with unread data", () => {
  const world = quickWorld();
  world.open();
  world.client.write(pattern(10));
  world.run(() => world.client.stats.unacknowledged === 0);
  world.server.close();
  world.run(() => world.client.error !== undefined);
  assertInstanceOf(world.client.error, Deno.errors.ConnectionReset);
});

Deno.test("Protocol resets if data arrives after it's closed", () => {
  const world = quickWorld();
  world.open();
  world.server.close();
  world.run(() => world.client.isAtEnd);
  world.client.write(pattern(10));
  world.run(() => world.client.error !== undefined);
  assertInstanceOf(world.client.error, Deno.errors.ConnectionReset);
});

Deno.test("Protocol still returns the data that arrived before a reset", () => {
  const world = quickWorld();
  world.open();
  world.client.write(pattern(10));
  world.run(() => world.client.stats.unacknowledged === 0);
  world.client.abort();
  world.run(() => world.server.error !== undefined);
  assertEquals(drain(world.server), pattern(10));
});

Deno.test("Protocol doesn't open if a reset arrives before the third segment", () => {
  const world = quickWorld();
  world.filter = (from, datagram) =>
    from === "client" && decodeSegment(datagram).flags === ACK;
  world.client.open();
  world.run(() => world.client.isOpen);
  world.client.abort();
  world.run(() => world.server.state === "CLOSED");
  assertEquals(world.server.isOpen, false);
});

Deno.test("Protocol ignores forged segments with impossible numbers", () => {
  const world = quickWorld();
  world.open();
  const { client, server } = world;
  const data = new Uint8Array(0);
  const { seq, ack, window } = { seq: 0, ack: 0, window: 1000 };
  for (const flags of [RST, RST | ACK, SYN, ACK, FIN | ACK]) {
    for (let n = 0; n < 50; n++) {
      const forged = (n * 85_899_345 + 12_345) >>> 0;
      client.arrive({ flags, seq: forged, ack: forged, window, data });
    }
  }
  client.arrive({ flags: ACK, seq, ack, window, data: pattern(5) });
  world.run();
  assertEquals([client.state, server.state], ["ESTABLISHED", "ESTABLISHED"]);
  server.write(pattern(100));
  world.run(() => drain(client).length === 100);
});

Deno.test("Protocol sends a challenge ACK if a reset is in the window but not exact (RFC 5961)", () => {
  const world = quickWorld({ server: { initialSequence: 7000 } });
  world.open();
  const { client } = world;
  const before = client.stats.segmentsSent;
  const data = new Uint8Array(0);
  client.arrive({ flags: RST, seq: 7005, ack: 0, window: 0, data });
  assertEquals(client.state, "ESTABLISHED");
  assertEquals(client.stats.segmentsSent, before + 1);
  client.arrive({ flags: RST, seq: 7001, ack: 0, window: 0, data });
  assertInstanceOf(client.error, Deno.errors.ConnectionReset);
});
