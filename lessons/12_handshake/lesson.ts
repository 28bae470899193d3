/**
 * Lesson 12: three segments open a connection.
 *
 * It makes connections over loopback while tcpdump listens, and shows how they
 * began and how they ended: the numbers as they were on the wire, and the states
 * of both ends. Where nothing can be captured it shows a recording of the same.
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
 * How often the first end is made. It takes three segments only if the server
 * closes within the moment that its kernel holds an acknowledgment back for,
 * and on a busy machine it may miss that.
 */
const TRIES = 3;

/** Runs the demonstration. */
export async function lesson(show: Narrator): Promise<void> {
  const source = new ConnectionSource(show);
  await opening(show, source);
  await closing(show, source);
  await machine(show);
}

/** Makes and captures connections, or takes recorded ones. */
class ConnectionSource {
  readonly #show: Narrator;
  #isBlind = false;

  constructor(show: Narrator) {
    this.#show = show;
  }

  /** Gives a connection that ends this way. */
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

  /** Gives one that closed in three segments, if it can get one. */
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
    // What hid these packets would hide the next ones, too.
    this.#isBlind = true;
    this.#show.say(
      `Nothing was captured just now: ${reason}. What follows is a recording, ` +
        "made by this lesson on another machine.",
    );
  }
}

/** SYN(A); SYN-ACK(B, A+1); ACK(B+1). */
async function opening(
  show: Narrator,
  source: ConnectionSource,
): Promise<void> {
  show.step("Three segments open a connection");
  await show.predict(
    "A client knows where to connect, and nothing else. What do the two sides " +
      "have to tell one another before the first byte, and why are two segments " +
      "not enough?",
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
    "Each side says where its numbers begin, and each hears its own number come " +
      "back, one higher: a SYN takes a number as if it were a byte. After two " +
      "segments the client knows that both ways work. The server learns it by " +
      "the third: only then has it heard that it was heard.",
  );
}

/** How an acknowledgment comes of the number of a SYN. */
function sum(acknowledged: number, initial: number, name: string): string {
  const difference = seqAdd(acknowledged, -initial);
  return `${acknowledged} = ${name} + ${difference}`;
}

/** The same call, and three ends. */
async function closing(
  show: Narrator,
  source: ConnectionSource,
): Promise<void> {
  show.step("And the end: the server closes at once");
  await show.predict(
    "Each side ends its own direction with a FIN, and each FIN is acknowledged. " +
      "The server closes as soon as it has read the end. How many segments is " +
      "that?",
  );
  const atOnce = await source.takeShort();
  tellEnd(show, atOnce);

  show.step("And the end: the server has more to say");
  await show.predict(
    "Now the server sends 14 bytes more before it closes. How many segments are " +
      "about the end this time?",
  );
  const later = await source.take("later");
  tellEnd(show, later);

  show.step("And the end: a reset");
  const reset = await source.take("reset");
  tellEnd(show, reset);
  const counts = [atOnce, later, reset]
    .map(({ conversation }) => closingSegments(conversation));
  show.fact("segments about the end", counts.join(", "));
  show.say(
    '"Closing takes exactly four segments" counts what must be said: two FINs, ' +
      "and an acknowledgment of each. A segment can say two of these at once: " +
      "when the server's FIN is due before the acknowledgment has been sent, " +
      "both go together. And a reset asks for no answer at all.",
  );
}

/** The segments about the end, and what lies between them. */
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
    show.fact("closed by", `a reset of the ${ending.by}`);
  } else if (ending.how === "closed") {
    const { first, segments } = ending;
    const others = shown.length - segments;
    const of = others > 0 ? ` of these ${shown.length}` : "";
    show.fact("closed by", `${segments}${of} segments, the ${first} first`);
    if (others > 0) {
      show.fact("about data only", counted(others, "segment"));
    }
  } else {
    show.fact("closed by", "nothing that was captured");
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

/** What must happen, where the captures showed what did. */
async function machine(show: Narrator): Promise<void> {
  show.step("The state machine, walked");
  show.say(
    "RFC 9293, section 3.3.2, gives each end eleven states, and says what leads " +
      "from one to another. Here two ends are walked through it, also in ways " +
      "that loopback is too fast to show.",
  );
  await show.predict(
    "Both sides close at the same moment: each sends its FIN before it has " +
      "heard of the other's. Who waits in TIME-WAIT?",
  );
  const opened = walk(TCP_WALKS["open"]).pair;
  show.table(
    ["what happens", "client", "server", "segments"],
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
      const what = received === null ? events[0] : `hears ${received}`;
      return [`${side}: ${what}`, sent.join(", "), state.client, state.server];
    }),
  );
  show.say(
    "Both do, since neither can know whether its last acknowledgment arrived. " +
      "TIME-WAIT lasts twice the longest life of a segment (2 MSL).",
  );
}

/** The states that one end goes through. */
function statesOf(records: WalkRecord[], side: "client" | "server"): string {
  const own = records.filter((record) => record.side === side);
  return [own[0].from, ...own.map(({ to }) => to)]
    .filter((state, i, all) => state !== all[i - 1])
    .join(" → ");
}

if (import.meta.main) {
  await runLesson({ lessons, url: import.meta.url, lesson });
}
