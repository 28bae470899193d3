/**
 * Lesson 12: opening and closing a connection.
 *
 * It makes connections over loopback, captures them with tcpdump, and shows how
 * they opened and closed: the numbers as they were on the wire, and the states
 * of both ends. If it can't capture, it shows a recording.
 */
import { counted, diagramSegment, type Narrator } from "../../lib/show/mod.ts";
import {
  seqAdd,
  TCP_WALKS,
  walk,
  type WalkRecord,
} from "../../lib/wire/mod.ts";
import { runLesson } from "../../lib/workbook/cli/run_lesson.ts";
import { observe, readRecording } from "../11_tcp_segment/observe.ts";
import {
  closingSegments,
  type Connection,
  connectionsOf,
  type Ending,
  ENDINGS,
  makeConnection,
} from "./connections.ts";
import { RECORDING } from "./recording.ts";
import { lessons } from "../mod.ts";

/**
 * The most attempts to close in three segments. An attempt only works if the
 * server closes while its kernel still delays the acknowledgment, and a busy
 * machine may be too slow for that.
 */
const TRIES = 3;

/** Runs the demonstration. */
export async function lesson(show: Narrator): Promise<void> {
  const source = new ConnectionSource(show);
  await opening(show, source);
  await closing(show, source);
  await machine(show);
}

/** Makes and captures connections, or uses recorded ones. */
class ConnectionSource {
  readonly #show: Narrator;
  #isBlind = false;

  constructor(show: Narrator) {
    this.#show = show;
  }

  /** Returns a connection that ends in the given way. */
  async take(ending: Ending): Promise<Connection> {
    if (!this.#isBlind) {
      const observed = await observe(
        async () => [await makeConnection(ending)],
      );
      const [first] = "packets" in observed
        ? connectionsOf(observed.packets)
        : [];
      if (first !== undefined) return first;
      this.#tellWhy(
        "reason" in observed ? observed.reason : "tcpdump missed some packets",
      );
    }
    return connectionsOf(readRecording(RECORDING))[ENDINGS.indexOf(ending)];
  }

  /** Returns a connection that closed in three segments, if it can get one. */
  async takeShort(): Promise<Connection> {
    let taken = await this.take("at once");
    for (
      let i = 1;
      i < TRIES && closingSegments(taken.conversation) !== 3;
      i++
    ) {
      taken = await this.take("at once");
    }
    return taken;
  }

  #tellWhy(reason: string): void {
    // The next packets couldn't be captured, either.
    this.#isBlind = true;
    this.#show.say(
      `Nothing was captured just now: ${reason}. What follows is a recording ` +
        "that this lesson made on another machine.",
    );
  }
}

/** Shows a handshake: SYN(A), SYN-ACK(B, A + 1), ACK(B + 1). */
async function opening(
  show: Narrator,
  source: ConnectionSource,
): Promise<void> {
  show.step("Three segments open a connection");
  await show.predict(
    "A client knows only the server's address. What do the two sides have to " +
      "tell each other before the first byte of data? Why aren't two segments " +
      "enough?",
  );
  const { segments } = await source.take("at once");
  const three = segments.slice(0, 3);
  const [syn, synAck, ack] = three.map(({ packet }) => packet.tcp!);
  tell(show, three, "raw");
  const [a, b] = [syn.sequence, synAck.sequence];
  show.fact("A, of the client's SYN", a);
  show.fact("acknowledged by the server", sum(synAck.acknowledgment, a, "A"));
  show.fact("B, of the server's SYN", b);
  show.fact("acknowledged by the client", sum(ack.acknowledgment, b, "B"));
  show.say(
    "Each side says where its numbers start, and sees its own number come back, " +
      "plus 1: a SYN takes a sequence number, as if it were a byte. After two " +
      "segments, the client knows that both ways work. The server knows it only " +
      "after the third.",
  );
}

/** Describes an acknowledgment number as the number of a SYN plus something. */
function sum(acknowledged: number, initial: number, name: string): string {
  const difference = seqAdd(acknowledged, -initial);
  return `${acknowledged} = ${name} + ${difference}`;
}

/** Shows three ways to close a connection. */
async function closing(
  show: Narrator,
  source: ConnectionSource,
): Promise<void> {
  show.step("Closing: the server closes at once");
  await show.predict(
    "Each side ends its own direction with a FIN, and each FIN is acknowledged. " +
      "The server closes as soon as it has read the end of the stream. How many " +
      "segments does that take?",
  );
  const atOnce = await source.takeShort();
  tellEnd(show, atOnce);

  show.step("Closing: the server still has data to send");
  await show.predict(
    "Now the server sends 14 more bytes before it closes. How many segments are " +
      "about closing this time?",
  );
  const later = await source.take("later");
  tellEnd(show, later);

  show.step("Closing: a reset");
  const reset = await source.take("reset");
  tellEnd(show, reset);
  const counts = [atOnce, later, reset]
    .map(({ conversation }) => closingSegments(conversation));
  show.fact("segments about closing", counts.join(", "));
  show.say(
    "Four things have to be said: two FINs, and an acknowledgment of each. But " +
      "a segment can say two of them. If the server closes before its kernel " +
      "has sent the acknowledgment, that acknowledgment travels with the FIN. " +
      "A reset isn't answered at all.",
  );
}

/** Returns the segments from the first FIN or RST on. */
function endOf(
  { segments }: Connection,
): Connection["segments"] {
  const first = segments.findIndex(({ packet }) =>
    packet.tcp!.flags.fin || packet.tcp!.flags.rst
  );
  return segments.slice(first);
}

function tellEnd(show: Narrator, connection: Connection): void {
  const shown = endOf(connection);
  tell(show, shown);
  const { ending } = connection.conversation;
  if (ending.how === "reset") {
    show.fact("closed by", `a reset from the ${ending.by}`);
  } else if (ending.how === "closed") {
    const { first, segments } = ending;
    const others = shown.length - segments;
    const of = others > 0 ? ` of these ${shown.length}` : "";
    show.fact(
      "closed by",
      `${segments}${of} segments; the ${first} closed first`,
    );
    if (others > 0) {
      show.fact("about data only", counted(others, "segment"));
    }
  } else {
    show.fact("closed by", "no segment that was captured");
  }
}

function tell(
  show: Narrator,
  seen: Connection["segments"],
  numbers: "raw" | "relative" = "relative",
): void {
  show.segments(
    seen.map(({ packet, segment }) => diagramSegment(packet, segment)),
    { numbers },
  );
}

/** Shows paths through the state machine, without a network. */
async function machine(show: Narrator): Promise<void> {
  show.step("Through the state machine");
  show.say(
    "RFC 9293, section 3.3.2, gives each end of a connection eleven states. Here " +
      "are some paths that two ends can take through them. Loopback is too fast " +
      "to show them all.",
  );
  await show.predict(
    "Both sides close at the same moment: each sends its FIN before it has " +
      "received the other's. Which of them has to wait in TIME-WAIT?",
  );
  const opened = walk(TCP_WALKS["open"]).pair;
  show.table(
    ["path", "client", "server", "segments"],
    Object.entries(TCP_WALKS).map(([name, steps]) => {
      const from = name.endsWith("open") ? undefined : opened;
      const { records } = walk(steps, from);
      return [
        name,
        statesOf(records, "client"),
        statesOf(records, "server"),
        `${records.flatMap(({ sent }) => sent).length}`,
      ];
    }),
  );
  const { records } = walk(TCP_WALKS["simultaneous close"], opened);
  const state = { client: "ESTABLISHED", server: "ESTABLISHED" };
  show.table(
    ["event", "sends", "client", "server"],
    records.map((record) => {
      state[record.side] = record.to;
      const { side, received, sent, events } = record;
      const what = received === null ? events[0] : `receives ${received}`;
      return [`${side}: ${what}`, sent.join(", "), state.client, state.server];
    }),
  );
  show.say(
    "Both do, because neither can know whether its last acknowledgment arrived. " +
      "TIME-WAIT lasts 2 MSL, twice the maximum segment lifetime.",
  );
}

/** Lists the states that one end goes through. */
function statesOf(records: WalkRecord[], side: "client" | "server"): string {
  const own = records.filter((record) => record.side === side);
  return [own[0].from, ...own.map(({ to }) => to)]
    .filter((state, i, all) => state !== all[i - 1])
    .join(" → ");
}

if (import.meta.main) {
  await runLesson({ lessons, url: import.meta.url, lesson });
}
