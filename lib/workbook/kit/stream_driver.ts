import { concat } from "../../wire/bytes.ts";
import { Collector } from "./collector.ts";
import { FakeConn } from "./fake_conn.ts";
import { connectPair } from "./pair.ts";
import { PROBES } from "./probes.ts";
import { RoomWatch } from "./room_watch.ts";
import { settle } from "./settle.ts";
import type { ShortConn } from "./short_conn.ts";
import { openReader, type StreamLine } from "./stream_reader.ts";
import type {
  StreamAnswer,
  StreamCase,
  StreamResult,
  StreamRun,
} from "./stream_types.ts";
import { StreamJudge } from "./stream_judge.ts";
import type { TimerWatch } from "./timer_watch.ts";
import type { Trial } from "./trial.ts";
import { asViews, copyOf, toBytes } from "./values.ts";

/**
 * The number of bytes that an answer may read past its limit: room for several
 * buffers.
 */
const PATIENCE = 256 * 1024;

/** Runs an answer on one stream after another. */
export class StreamDriver {
  readonly #trial: Trial;
  readonly #answer: StreamAnswer;
  readonly #judge: StreamJudge;

  /** Starts to watch all runs. */
  constructor(trial: Trial, answer: StreamAnswer, timers: TimerWatch) {
    this.#trial = trial;
    this.#answer = answer;
    this.#judge = new StreamJudge(trial, answer, timers);
  }

  /** Runs one case once. */
  async run(one: StreamCase, run: StreamRun): Promise<void> {
    const line = run.overSocket
      ? await this.#openSocket(one, run)
      : this.#openFake(one, run);
    if (line.conn instanceof FakeConn && !one.early) {
      this.#feed(line, line.conn);
    }
    using room = one.maxRoom === undefined ? undefined : new RoomWatch();
    const result = await this.#collect(line);
    if (room !== undefined) this.#judge.requireLittleRoom(line, room.largest);
    this.#judge.judge(line, { ...result, reads: () => readsOf(line) });
    if (line.heard !== undefined) await this.#requireHeard(line, line.heard);
  }

  /**
   * Runs two cases alternately: each gets half of its bytes, and room for half
   * of what it writes, and then the first finishes before the second.
   */
  async runTwo(one: StreamCase, other: StreamCase): Promise<void> {
    const probe = PROBES.twoAtOnce(`${this.#answer.name}()`);
    const halves = [];
    for (const [due, atOnce] of [[one, true], [other, false]] as const) {
      const bytes = concat(piecesOf(due));
      const half = due.afterEnd ? 0 : Math.ceil(bytes.length / 2);
      // Slightly less than half, so that an answer that sends back what it
      // reads is also in the middle of a write.
      const room = Math.max(0, Math.ceil(sizeOfWrites(due) / 2) - 1);
      const line = this.#openFake({ ...due, early: false }, {
        probe,
        room,
        atOnce,
      });
      const conn = line.conn as FakeConn;
      conn.peerSends(bytes.subarray(0, half));
      const result = this.#collect(line);
      result.catch(() => {});
      const isStuck = () => conn.isDrained || conn.isFull;
      await Promise.race([result, conn.until(isStuck)]);
      halves.push({ line, conn, result, rest: bytes.subarray(half) });
    }
    for (const { line, conn, result, rest } of halves) {
      conn.peerTakes(sizeOfWrites(line.one) + 1 - conn.bytesWritten);
      this.#feed(line, conn, [rest]);
      this.#judge.judge(line, await result);
    }
  }

  /** Leaves a generator after its first value, as `break` in a loop does. */
  async leaveEarly(one: StreamCase): Promise<void> {
    const line = this.#openFake({ ...one, early: false }, {});
    const { leave } = line.reader;
    if (leave === undefined) return;
    this.#trial.step("the caller leaves the loop after the first value");
    (line.conn as FakeConn).peerSends(concat(piecesOf(one)));
    await this.#next(line);
    await this.#trial.waitFor(leave(), {
      waitingFor: `${this.#answer.name}() to stop after the caller leaves ` +
        "the loop",
      likely: "When the caller leaves the loop, your generator's `finally` " +
        "block runs. Don't wait for the peer there.",
    });
    this.#judge.requireTidy(line, "left");
  }

  #openFake(one: StreamCase, run: StreamRun): StreamLine {
    const { writeSize, breakAt, closeWriteError } = one;
    const conn = this.#trial.use(
      new FakeConn({
        then: "silence",
        readSize: one.endless === undefined ? run.readSize : 4096,
        writeSize,
        breakAt,
        closeWriteError,
        // Let one extra byte through, so that the check can notice it.
        room: run.room ?? sizeOfWrites(one) + 1,
        onMove: () => this.#trial.progress(),
      }),
    );
    return this.#open(one, run, conn);
  }

  async #openSocket(one: StreamCase, run: StreamRun): Promise<StreamLine> {
    const { peer, conn } = await connectPair(this.#trial, one);
    const heard = new Collector(peer, this.#trial);
    async function send() {
      if (one.afterEnd) await heard.end();
      const bytes = concat(piecesOf(one));
      for (let at = 0; at < bytes.length;) {
        at += await peer.write(bytes.subarray(at));
      }
      await peer.closeWrite();
    }
    // This fails if an answer stops early, which gets its own diagnosis.
    send().catch(() => {});
    return { ...this.#open(one, run, conn), heard };
  }

  /**
   * Requires that everything the answer sent over a real socket has arrived.
   */
  async #requireHeard(line: StreamLine, heard: Collector): Promise<void> {
    const { conn } = line;
    if (!conn.closed && !conn.writeEnded) await conn.closeWrite();
    const sent = await this.#trial.waitFor(
      // Closing with unread input would reset the connection and lose data.
      heard.end().catch(() => undefined),
      { waitingFor: "everything it sent to arrive", likely: "" },
    );
    if (sent !== undefined) this.#judge.requireSent(line, sent);
  }

  #open(
    one: StreamCase,
    run: StreamRun,
    conn: FakeConn | ShortConn,
  ): StreamLine {
    const args = (run.views ? asViews : copyOf)(one.args ?? []);
    const reader = openReader(this.#trial, this.#answer, conn, args);
    const line: StreamLine = { one, run, conn, args, reader, isFed: false };
    if (conn instanceof FakeConn) {
      line.excess = Promise.race([
        this.#tooMuch(line, conn),
        ...one.endless === undefined ? [] : [this.#tooLate(line, conn)],
      ]);
      line.excess.catch(() => {});
    }
    return line;
  }

  /**
   * Delivers the bytes of a case, and the end, the reset, or the silence after
   * them.
   */
  async #feed(
    line: StreamLine,
    conn: FakeConn,
    pieces = piecesOf(line.one),
  ): Promise<void> {
    const { one, run: { inPieces } } = line;
    if (one.afterEnd) await conn.until(() => conn.writeEnded);
    for (const piece of inPieces ? pieces : [concat(pieces)]) {
      if (inPieces) await conn.until(() => conn.isDrained);
      conn.peerSends(piece);
    }
    if (one.endless !== undefined) {
      conn.peerSends(one.endless.repeat(4 * PATIENCE / one.endless.length));
    }
    this.#finish(line, conn);
  }

  #finish(line: StreamLine, conn: FakeConn): void {
    const { then = "end", endless } = line.one;
    if (endless === undefined && then === "end") conn.peerEnds();
    if (then === "reset") conn.peerResets();
    line.isFed = true;
  }

  /** Asks for values until one is wrong, or all expected ones have arrived. */
  async #collect(line: StreamLine): Promise<StreamResult> {
    const { one, conn } = line;
    const { values: due = [], early } = one;
    const pieces = early ? piecesOf(one) : [];
    const values: unknown[] = [];
    while (true) {
      if (one.ends === "more" && values.length === due.length) {
        return { values, then: "more" };
      }
      if (early && conn instanceof FakeConn && !conn.closed) {
        const piece = pieces.shift();
        if (piece === undefined) this.#finish(line, conn);
        else conn.peerSends(piece);
        line.isFed = true;
      }
      const step = await this.#next(line);
      if (!("value" in step)) return { values, ...step };
      const at = values.push(step.value) - 1;
      if (at >= due.length || this.#judge.differs(step.value, due[at])) {
        return { values, then: "more" };
      }
    }
  }

  /** Returns the next value, or the way in which the answer ended. */
  async #next(
    line: StreamLine,
  ): Promise<{ value: unknown } | Omit<StreamResult, "values">> {
    const { conn, reader, excess } = line;
    const events = [reader.next()];
    let isOver = false;
    if (conn instanceof FakeConn) {
      events.push(this.#drained(line, conn, () => isOver));
    }
    if (excess !== undefined) events.push(excess);
    try {
      return await this.#trial.waitFor(Promise.race(events), {
        waitingFor: `${this.#answer.name}() to go on`,
        likely: () => this.#judge.whyWaiting(line).likely,
        read: () => this.#judge.whyWaiting(line).read ?? "",
      });
    } finally {
      // Otherwise, each value of a long stream would leave a watcher behind.
      isOver = true;
    }
  }

  /**
   * Resolves when the answer has read everything and is waiting for more, or
   * when nothing depends on that any longer.
   */
  async #drained(
    line: StreamLine,
    conn: FakeConn,
    isOver: () => boolean,
  ): Promise<Omit<StreamResult, "values">> {
    const isDrained = () => isOver() || line.isFed && conn.isDrained;
    do {
      await conn.until(isDrained);
      // The answer may be about to return what it has read.
      await settle();
    } while (!isDrained());
    return { then: "waiting" };
  }

  /** Stops an answer that writes more than it should, perhaps endlessly. */
  async #tooMuch(line: StreamLine, conn: FakeConn): Promise<never> {
    const due = sizeOfWrites(line.one);
    await conn.until(() => conn.bytesWritten > due);
    this.#judge.requireSent(line, conn.written);
    throw new Error("More bytes than expected can't be right");
  }

  /** Stops an answer that keeps reading after it has enough. */
  async #tooLate(line: StreamLine, conn: FakeConn): Promise<never> {
    const size = concat(piecesOf(line.one)).length + PATIENCE;
    await conn.until(() => conn.bytesRead > size);
    this.#trial.fail({
      ...this.#judge.whyWaiting(line),
      problem: `${this.#answer.name}() has read over ${PATIENCE} bytes and ` +
        "keeps reading.",
    });
  }
}

function readsOf({ one, run }: StreamLine): Uint8Array[] {
  const { early } = one;
  const { inPieces, readSize = Infinity } = run;
  const pieces = piecesOf(one);
  return (early || inPieces ? pieces : [concat(pieces)]).flatMap((piece) =>
    Array.from(
      { length: Math.ceil(piece.length / readSize) || 1 },
      (_, i) => piece.subarray(i * readSize || 0, (i + 1) * readSize),
    )
  );
}

function piecesOf({ sends = "" }: StreamCase): Uint8Array[] {
  return [sends].flat().map(toBytes);
}

function sizeOfWrites({ writes = "" }: StreamCase): number {
  return toBytes(writes).length;
}
