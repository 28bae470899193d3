/**
 * The needs that 19.2 is asked about, and the consequences of a wrong choice.
 */
import {
  checkFunction,
  type FunctionCase,
  shown,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import { choose as solution } from "../solution.ts";
import type { Choice, Choose, Need } from "../types.ts";

const SLOW = "A slow reader with each of the four";
const PROMISES = "What each promises";
const TAKE = "Which to take";

const PROPERTIES = [
  "sameMachine",
  "everyByteMatters",
  "messagesStayWhole",
  "manyReceivers",
  "latencyBeatsLoss",
] as const satisfies (keyof Need)[];

const TASKS: [string, ...(keyof Need)[]][] = [
  ["a file for another machine", "everyByteMatters"],
  ["a voice call", "messagesStayWhole", "latencyBeatsLoss"],
  [
    "the positions in a game with many players",
    "messagesStayWhole",
    "manyReceivers",
    "latencyBeatsLoss",
  ],
  ["a database on the same machine", "sameMachine", "everyByteMatters"],
  [
    "a log that many programs on one machine write to",
    "sameMachine",
    "everyByteMatters",
    "messagesStayWhole",
  ],
  [
    "a remote control: late is bad, and lost is worse",
    "everyByteMatters",
    "latencyBeatsLoss",
  ],
  [
    "pictures for a window on the same machine, where only the newest counts",
    "sameMachine",
    "latencyBeatsLoss",
  ],
  [
    "today's news, for every listener in the building",
    "messagesStayWhole",
    "manyReceivers",
  ],
];

/** Checks an answer to 19.2. */
export async function checkChoose(
  choose: Choose,
  trial: Trial,
): Promise<void> {
  const tasks = TASKS.map(([what, ...wanted]) =>
    caseOf(`choose() for ${what}`, wanted)
  );
  const all = Array.from(
    { length: 2 ** PROPERTIES.length },
    (_, bits) =>
      caseOf(
        "choose() for every other need",
        PROPERTIES.filter((_, i) => bits & (1 << i)),
      ),
  );
  await checkFunction(trial, choose, [...tasks, ...all], { name: "choose" });
}

function caseOf(step: string, wanted: (keyof Need)[]): FunctionCase {
  const need = Object.fromEntries(
    PROPERTIES.map((name) => [name, wanted.includes(name)]),
  ) as Record<keyof Need, boolean>;
  const right = solution(need);
  return {
    step,
    args: [need],
    returns: right,
    likely: ({ value, error }) =>
      error === undefined
        ? {
          problem: `You chose ${shown(value)} ` +
            (wanted.length === 0
              ? "although no property is true."
              : `although only this is true: ${wanted.join(", ")}.`),
          ...adviceFor(value as Choice, right, need),
        }
        : undefined,
  };
}

/** Says what would go wrong with a choice: the first of these that applies. */
function adviceFor(chosen: Choice, right: Choice, need: Need) {
  const isUnix = String(chosen).startsWith("unix");
  const advice: [applies: boolean, likely: string, read: string][] = [
    [
      !["tcp", "udp", "unix", "unixpacket"].includes(chosen),
      'Always return one of "tcp", "udp", "unix", and "unixpacket".',
      TAKE,
    ],
    [
      isUnix && !need.sameMachine,
      "A Unix socket's address is a path on this machine, which no other " +
      "machine can reach.",
      PROMISES,
    ],
    [
      chosen === "udp" && need.everyByteMatters,
      "UDP drops messages when a slow reader's queue is full, and the sender " +
      "never finds out. If every byte matters, that decides, even if latency " +
      "matters as well.",
      SLOW,
    ],
    [
      right === "udp" && need.latencyBeatsLoss && chosen === "tcp",
      "With TCP, one lost segment holds up everything after it until it has " +
      "been sent again (head-of-line blocking). By then, it's too late.",
      SLOW,
    ],
    [
      right === "udp" && need.latencyBeatsLoss,
      "Latency decides on one machine, too: when a Unix socket's queue is " +
      "full, the sender waits for the reader, and everything after that is " +
      "late. Only UDP never waits.",
      SLOW,
    ],
    [
      right === "udp",
      "A TCP connection has only one peer. If not every byte matters, one UDP " +
      "socket can send to all receivers.",
      PROMISES,
    ],
    [
      right === "unixpacket" && chosen === "unix" && need.messagesStayWhole,
      "A Unix stream doesn't preserve messages: 10, 20, and 30 bytes can " +
      "arrive as 60. Unix datagrams do, and they don't get lost either.",
      PROMISES,
    ],
    [
      right === "unixpacket" && chosen === "unix",
      "A stream has only one peer. One datagram socket can send to many.",
      PROMISES,
    ],
    [
      right.startsWith("unix") && !isUnix,
      "Both ends are on this machine, where a Unix socket loses nothing, " +
      "needs no port, has file permissions, and can't be reached from other " +
      "machines.",
      TAKE,
    ],
    [
      right === "unix",
      "Nothing here requires whole messages or many receivers. A stream " +
      "carries any amount of data, but a datagram has a maximum size.",
      TAKE,
    ],
    [
      true,
      "No need here justifies losing data. If there aren't many receivers, and " +
      "latency doesn't come first, TCP is the safe choice. With framing (lesson " +
      "5), it preserves messages.",
      TAKE,
    ],
  ];
  const [, likely, read] = advice.find(([applies]) => applies)!;
  return { likely, read };
}
