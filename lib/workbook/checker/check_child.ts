/**
 * The child process that checks the answers of one lesson.
 *
 * It says what happens on its standard output, one event a line, each behind a
 * mark that only its parent knows: what the learner's code prints goes to the
 * same place, and must not be taken for a verdict. Every event is written at
 * once, so that the last one names the step in which an endless loop began.
 */
import { CheckFailed } from "../kit/check_failed.ts";
import { type CheckEvent, reportOf, type Verdict } from "./check_events.ts";
import { loadError, stateOf } from "./attempts.ts";
import type { Exercise } from "../kit/exercise.ts";
import { placeInAnswer } from "../kit/place.ts";

const [mark, checksUrl, ...ids] = Deno.args;
const encoder = new TextEncoder();
// The learner's code shares this process and may replace what it likes.
const { exit, stdout } = Deno;

function tell(event: CheckEvent): void {
  let bytes = encoder.encode(`${mark}${JSON.stringify(event)}\n`);
  while (bytes.length > 0) bytes = bytes.subarray(stdout.writeSync(bytes));
}

async function verdictOn(exercise: Exercise<unknown>): Promise<Verdict> {
  const state = stateOf(exercise.attempt);
  if (state === "not started") return { state };
  if (state === "broken") {
    return { state, message: messageOf(loadError(exercise.attempt)) };
  }
  const open = openSockets();
  try {
    await exercise.check(exercise.attempt, {
      onStep: (text, ifEndless) => tell({ kind: "step", text, ifEndless }),
    });
    await failOnLeak(open);
    return { state: "passed" };
  } catch (error) {
    if (!(error instanceof CheckFailed)) throw error;
    return { state: "failed", report: reportOf(error) };
  }
}

/** Counts the open sockets by kind, as Deno's own test sanitizer does. */
function openSockets(): Map<string, number> {
  const internal = (Deno as unknown as Record<symbol, DenoInternal>)[
    (Deno as unknown as { internal: symbol }).internal
  ];
  const counts = new Map<string, number>();
  for (const kind of Object.values(internal.core.resources())) {
    if (kind in SOCKETS) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

interface DenoInternal {
  core: { resources(): Record<string, string> };
}

const SOCKETS: Record<string, string> = {
  tcpListener: "a listening TCP socket",
  tcpStream: "a TCP connection",
  udpSocket: "a UDP socket",
  unixListener: "a listening Unix socket",
  unixStream: "a Unix connection",
  unixDatagram: "a Unix datagram socket",
};

async function failOnLeak(before: Map<string, number>): Promise<void> {
  let leaked: string[] = [];
  // A socket that the code closes in its last moment may take a little longer.
  for (let turn = 0; turn < 50; turn++) {
    leaked = [...openSockets()]
      .filter(([kind, count]) => count > (before.get(kind) ?? 0))
      .map(([kind]) => SOCKETS[kind]);
    if (leaked.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new CheckFailed({
    problem: `The results are right, but ${leaked.join(" and ")} that your ` +
      "code opened is still open.",
    likely: "Close what you open, also when something fails on the way: " +
      "`using conn = await Deno.connect(…)` does both.",
    read: "",
  }, ["every result is as asked for", "all sockets are closed"]);
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return `it threw ${Deno.inspect(error)}`;
  const place = placeInAnswer(error);
  if (error instanceof Deno.errors.NotCapable) {
    const [what] = error.message.split(", run again with");
    return `${error.name}: ${what}${
      place ? ` (at ${place})` : ""
    }. Your code ` +
      "may use loopback sockets and nothing else: no files, no programs, no " +
      "other machines.";
  }
  return place === "" || error.message.includes(place)
    ? error.message
    : `${error.name}: ${error.message} (at ${place})`;
}

tell({ kind: "loading" });
// The beat tells a check that waits from a loop that never ends.
setInterval(() => tell({ kind: "alive" }), 500);
const { exercises } = await import(checksUrl) as {
  exercises: Exercise<unknown>[];
};
// What an answer leaves behind may fail when its check is over and closes the
// sockets. That must not end the process, and with it the other exercises.
globalThis.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
});
for (const exercise of exercises) {
  if (!ids.includes(exercise.id)) continue;
  tell({ kind: "start", id: exercise.id });
  const verdict = await verdictOn(exercise);
  tell({ kind: "verdict", id: exercise.id, verdict });
}
exit(0);
