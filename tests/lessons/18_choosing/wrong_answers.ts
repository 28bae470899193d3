/** Wrong answers to the exercises of lesson 18, and what must be said of each. */
import type { WrongAnswer } from "../gates.ts";
import type {
  askLocal,
  choose,
} from "../../../lessons/18_choosing/solution.ts";

type AskLocal = typeof askLocal;
type Choose = typeof choose;

/** What most of the wrong answers below do right, with what they do not. */
interface Parts {
  /** The client's own path. */
  path?: string;
  /** The path that is removed in the end, or none. */
  remove?: string;
  /** Whether it is removed only after an answer. */
  onlyOnSuccess?: boolean;
  /** Whether the time covers the receiving only. */
  sendFirst?: boolean;
  /** Whether anybody's message will do. */
  anybody?: boolean;
  /** Room for the answer, in bytes. */
  room?: number;
  /** Whether an error of send() is ignored. */
  deaf?: boolean;
  /** Whether send() is not awaited. */
  hasty?: boolean;
  /** Whether the timer is left. */
  leaveTimer?: boolean;
  /** Whether the timer is stopped after an answer only. */
  stopOnSuccess?: boolean;
  /** Whether each message begins the time anew. */
  anew?: boolean;
  /** What is thrown when the time is over. */
  late?: () => Promise<Uint8Array>;
}

async function ask(
  server: string,
  question: Uint8Array,
  timeoutMs: number,
  parts: Parts,
): Promise<Uint8Array> {
  const { path = `${server}.me`, remove = path, room = 65_507 } = parts;
  const socket = Deno.listenDatagram({ transport: "unixpacket", path });
  const send = async () => {
    const to = { transport: "unixpacket" as const, path: server };
    const sending = socket.send(question, to);
    if (parts.hasty) return;
    await (parts.deaf ? sending.catch(hurry) : sending);
  };
  const receive = async () => {
    while (true) {
      const [data, from] = await socket.receive(new Uint8Array(room));
      if (parts.anew) {
        clearTimeout(timer);
        startTimer();
      }
      const sender = (from as Deno.UnixAddr).path;
      if (parts.anybody || sender === server) return data;
    }
  };
  const late = Promise.withResolvers<Uint8Array>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const startTimer = (ms = timeoutMs) => {
    timer = setTimeout(() => {
      if (parts.late !== undefined) return late.resolve(parts.late());
      late.reject(new Deno.errors.TimedOut("too late"));
    }, ms);
  };
  // Nobody wants to wait for as long as it would.
  const hurry = () => {
    clearTimeout(timer);
    startTimer(20);
  };
  const removeIt = () => {
    if (remove !== "") Deno.removeSync(remove);
  };
  try {
    if (parts.sendFirst) await send();
    startTimer();
    const talk = parts.sendFirst ? receive() : send().then(receive);
    const answer = await Promise.race([talk, late.promise]);
    if (parts.onlyOnSuccess) removeIt();
    if (parts.stopOnSuccess) clearTimeout(timer);
    return answer;
  } finally {
    if (!parts.leaveTimer && !parts.stopOnSuccess) clearTimeout(timer);
    socket.close();
    if (!parts.onlyOnSuccess) removeIt();
  }
}

/** Wrong answers to 18.1. */
export const askLocalMistakes: WrongAnswer<AskLocal>[] = [
  {
    name: "has no path, and gets no answer",
    attempt: (server, question, { timeoutMs }) =>
      ask(server, question, timeoutMs, { path: "", remove: "" }),
    diagnosis: /no path.*no return address/s,
  },
  {
    name: "leaves its path",
    attempt: (server, question, { timeoutMs }) =>
      ask(server, question, timeoutMs, { remove: "" }),
    diagnosis: /own path is still there.*close\(\) does not remove/s,
  },
  {
    name: "removes its path only after an answer",
    attempt: (server, question, { timeoutMs }) =>
      ask(server, question, timeoutMs, { onlyOnSuccess: true }),
    diagnosis: /own path is still there.*after the deadline/s,
  },
  {
    name: "removes the server's path",
    attempt: (server, question, { timeoutMs }) =>
      ask(server, question, timeoutMs, { remove: server }),
    diagnosis: /server's path is gone/,
  },
  {
    name: "waits for ever",
    attempt: (server, question) => ask(server, question, 2 ** 31 - 1, {}),
    diagnosis: /receive\(\) waits for ever/,
  },
  {
    name: "begins the time when the question has gone",
    attempt: (server, question, { timeoutMs }) =>
      ask(server, question, timeoutMs, { sendFirst: true }),
    diagnosis: /The time covers the sending too/,
  },
  {
    name: "takes anybody's answer",
    attempt: (server, question, { timeoutMs }) =>
      ask(server, question, timeoutMs, { anybody: true }),
    diagnosis: /not the server's.*receive\(\) also gives the sender/s,
  },
  {
    name: "has too little room for the answer",
    attempt: (server, question, { timeoutMs }) =>
      ask(server, question, timeoutMs, { room: 1024 }),
    diagnosis: /receive\(\) cuts what its buffer has no room for/,
  },
  {
    name: "does not hear that nobody is there",
    attempt: (server, question, { timeoutMs }) =>
      ask(server, question, timeoutMs, { deaf: true }),
    diagnosis: /Let the error of send\(\) go to the caller as it is/,
  },
  {
    name: "returns nothing when the time is over",
    attempt: (server, question, { timeoutMs }) =>
      ask(server, question, timeoutMs, {
        late: () => Promise.resolve(new Uint8Array()),
      }),
    diagnosis: /as if it had an answer/,
  },
  {
    name: "throws an error of its own when the time is over",
    attempt: (server, question, { timeoutMs }) =>
      ask(server, question, timeoutMs, {
        late: () => Promise.reject(new Error("no answer")),
      }),
    diagnosis: /A caller decides by the class/,
  },
  {
    name: "receives before the question has gone",
    attempt: (server, question, { timeoutMs }) =>
      ask(server, question, timeoutMs, { hasty: true }),
    diagnosis: /does one thing at a time.*Await send\(\) first/s,
  },
  {
    name: "leaves its timer",
    attempt: (server, question, { timeoutMs }) =>
      ask(server, question, timeoutMs, { leaveTimer: true }),
    diagnosis: /The answer is there, and a timer runs on/,
  },
  {
    name: "leaves its timer, and takes anybody's answer",
    attempt: (server, question, { timeoutMs }) =>
      ask(server, question, timeoutMs, { leaveTimer: true, anybody: true }),
    diagnosis: /receive\(\) also gives the sender/,
  },
  {
    name: "stops its timer after an answer only",
    attempt: (server, question, { timeoutMs }) =>
      ask(server, question, timeoutMs, { stopOnSuccess: true }),
    diagnosis: /has thrown NotFound, and a timer runs on/,
  },
  {
    name: "begins the time anew with each message",
    attempt: (server, question, { timeoutMs }) =>
      ask(server, question, timeoutMs, { anew: true }),
    diagnosis: /begins the time anew/,
  },
  {
    name: "gives up too early",
    attempt: (server, question, { timeoutMs }) =>
      ask(server, question, timeoutMs / 3, {}),
    diagnosis: /gave up before the time was over/,
  },
];

/** Wrong answers to 18.2. */
export const chooseMistakes: WrongAnswer<Choose>[] = [
  {
    name: "takes UDP for a file",
    attempt: ({ sameMachine }) => sameMachine ? "unix" : "udp",
    diagnosis: /everyByteMatters.*UDP throws away/s,
  },
  {
    name: "takes a Unix socket across machines",
    attempt: ({ latencyBeatsLoss, messagesStayWhole }) =>
      latencyBeatsLoss ? "udp" : messagesStayWhole ? "unixpacket" : "unix",
    diagnosis: /nothing on another one can name it/,
  },
  {
    name: "takes TCP for everything",
    attempt: () => "tcp",
    diagnosis: /one lost segment holds up everything behind it/,
  },
  {
    name: "lets latency beat loss where every byte matters",
    attempt: (need) =>
      need.latencyBeatsLoss
        ? "udp"
        : need.sameMachine
        ? need.messagesStayWhole || need.manyReceivers ? "unixpacket" : "unix"
        : need.manyReceivers && !need.everyByteMatters
        ? "udp"
        : "tcp",
    diagnosis: /that decides, even if latency/,
  },
  {
    name: "takes a Unix socket for whatever is on one machine",
    attempt: (need) =>
      need.sameMachine
        ? need.messagesStayWhole || need.manyReceivers ? "unixpacket" : "unix"
        : need.everyByteMatters
        ? "tcp"
        : need.latencyBeatsLoss || need.manyReceivers
        ? "udp"
        : "tcp",
    diagnosis: /On one machine, too.*Only UDP never waits/s,
  },
  {
    name: "takes a stream for whole messages",
    attempt: (need) =>
      need.latencyBeatsLoss && !need.everyByteMatters
        ? "udp"
        : need.sameMachine
        ? "unix"
        : "tcp",
    diagnosis: /10, 20 and 30 bytes come as 60/,
  },
  {
    name: "forgets that many may receive on one machine",
    attempt: (need) =>
      need.latencyBeatsLoss && !need.everyByteMatters
        ? "udp"
        : need.sameMachine
        ? need.messagesStayWhole ? "unixpacket" : "unix"
        : need.manyReceivers && !need.everyByteMatters
        ? "udp"
        : "tcp",
    diagnosis: /A stream has one peer/,
  },
  {
    name: "does not take UDP for many receivers",
    attempt: (need) =>
      need.latencyBeatsLoss && !need.everyByteMatters
        ? "udp"
        : need.sameMachine
        ? need.messagesStayWhole || need.manyReceivers ? "unixpacket" : "unix"
        : "tcp",
    diagnosis: /TCP connection has one peer/,
  },
  {
    name: "takes UDP where nothing is said",
    attempt: (need) =>
      need.latencyBeatsLoss && !need.everyByteMatters
        ? "udp"
        : need.sameMachine
        ? need.messagesStayWhole || need.manyReceivers ? "unixpacket" : "unix"
        : need.everyByteMatters
        ? "tcp"
        : "udp",
    diagnosis: /Nothing here is worth a loss/,
  },
  {
    name: "takes TCP on one machine",
    attempt: ({ latencyBeatsLoss, everyByteMatters }) =>
      latencyBeatsLoss && !everyByteMatters ? "udp" : "tcp",
    diagnosis: /a Unix socket loses nothing, needs no port/,
  },
  {
    name: "takes datagrams for everything on one machine",
    attempt: (need) =>
      need.latencyBeatsLoss && !need.everyByteMatters
        ? "udp"
        : need.sameMachine
        ? "unixpacket"
        : need.manyReceivers && !need.everyByteMatters
        ? "udp"
        : "tcp",
    diagnosis: /a stream carries any amount/,
  },
  {
    name: "gives a name that no socket has",
    attempt: (need) =>
      need.sameMachine
        ? "UNIX" as "unix"
        : need.latencyBeatsLoss
        ? "udp"
        : "tcp",
    diagnosis: /Return one of "tcp"/,
  },
];
