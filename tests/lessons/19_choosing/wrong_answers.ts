import type { WrongAnswers } from "../gates.ts";

const SEND =
  'await socket.send(question, { transport: "unixpacket", path: server })';
const RACE = "return await Promise.race([talk(), late.promise]);";

/** Wrong answers to lesson 19. */
export const wrongAnswers: WrongAnswers = {
  "19.1": [
    {
      name: "has no path, and gets no answer",
      replace: ["`${server}.me`", '""'],
      diagnosis: /no path.*Open it at the path/s,
    },
    {
      name: "leaves its path",
      replace: ["Deno.removeSync(path);", ""],
      diagnosis: /own path is still there.*close\(\) doesn't remove/s,
    },
    {
      name: "removes its path only after an answer",
      replace: [
        `${RACE}
  } finally {
    clearTimeout(timer);
    // close() leaves the file.
    socket.close();
    Deno.removeSync(path);`,
        `const data = await Promise.race([talk(), late.promise]);
    Deno.removeSync(path);
    return data;
  } finally {
    clearTimeout(timer);
    socket.close();`,
      ],
      diagnosis: /own path is still there.*after the timeout/s,
    },
    {
      name: "doesn't wait until its path is removed",
      replace: ["Deno.removeSync(path)", "Deno.remove(path)"],
      diagnosis: /own path is still there.*you don't wait for it/s,
    },
    {
      name: "leaves its socket open",
      replace: ["socket.close();", ""],
      diagnosis: /Your socket is still open/,
    },
    {
      name: "ignores an empty answer",
      replace: [
        "path === server) return data",
        "path === server && data.length > 0) return data",
      ],
      diagnosis: /An empty datagram is a message, too/,
    },
    {
      name: "throws what AbortSignal.timeout() throws",
      replace: [
        "new Deno.errors.TimedOut(message)",
        'new DOMException(message, "TimeoutError")',
      ],
      diagnosis: /expected TimedOut, got TimeoutError/,
    },
    {
      name: "sends the whole buffer that the question is in",
      replace: ["send(question", "send(new Uint8Array(question.buffer)"],
      diagnosis: /part of a larger buffer/,
    },
    {
      name: "removes the server's path",
      replace: ["Deno.removeSync(path)", "Deno.removeSync(server)"],
      diagnosis: /The server's path is gone/,
    },
    {
      name: "waits forever",
      replace: ["}, timeoutMs);", "}, timeoutMs).close();"],
      diagnosis: /receive\(\) waits forever/,
    },
    {
      name: "treats milliseconds as seconds",
      replace: ["}, timeoutMs);", "}, 1000 * timeoutMs);"],
      diagnosis: /started a timer of 60000 ms, and timeoutMs is 60/,
    },
    {
      name: "starts its timer after sending",
      replace: [
        `async function talk(): Promise<Uint8Array> {
    ${SEND};`,
        `${SEND};
  async function talk(): Promise<Uint8Array> {`,
      ],
      diagnosis: /`timeoutMs` covers sending, too/,
    },
    {
      name: "starts its timer, and sends before the race",
      async attempt(
        server: string,
        question: Uint8Array,
        { timeoutMs }: { timeoutMs: number },
      ) {
        const path = `${server}.me`;
        const socket = Deno.listenDatagram({ transport: "unixpacket", path });
        const late = Promise.withResolvers<never>();
        const timer = setTimeout(
          () => late.reject(new Deno.errors.TimedOut()),
          timeoutMs,
        );
        async function receive() {
          while (true) {
            const [data, from] = await socket.receive();
            if ((from as Deno.UnixAddr).path === server) return data;
          }
        }
        try {
          const to = { transport: "unixpacket", path: server } as const;
          await socket.send(question, to);
          return await Promise.race([receive(), late.promise]);
        } finally {
          clearTimeout(timer);
          socket.close();
          Deno.removeSync(path);
        }
      },
      diagnosis: /awaiting send\(\), outside the race.*inside the race/s,
    },
    {
      name: "doesn't await the race",
      replace: [RACE, RACE.replace("await ", "")],
      diagnosis: /closed your socket.*`return await Promise\.race/s,
    },
    {
      name: "throws at a stranger's message",
      replace: [
        "path === server) return data;",
        'path === server) return data;\n      throw new Error("a stranger");',
      ],
      diagnosis: /Ignore it, and receive again/,
    },
    {
      name: "waits twice as long",
      replace: ["}, timeoutMs);", "}, 2 * timeoutMs);"],
      diagnosis: /started a timer of 120 ms, and timeoutMs is 60/,
    },
    {
      name: "accepts an answer from any sender",
      replace: ["if ((from as Deno.UnixAddr).path === server) ", ""],
      diagnosis: /isn't from the server.*receive\(\) also returns the sender/s,
    },
    {
      name: "accepts an answer from a path that starts like the server's",
      replace: ["path === server", "path.startsWith(server)"],
      diagnosis: /Accept the message only if sender\.path is the server's/,
    },
    {
      name: "sends text",
      replace: ["send(question", "send(new TextDecoder().decode(question)"],
      diagnosis: /passed the string .* to socket\.send\(\).*encode it first/s,
    },
    {
      name: "uses a buffer that's too small for the answer",
      replace: ["receive()", "receive(new Uint8Array(1024))"],
      diagnosis: /receive\(\) drops what doesn't fit into your buffer/,
    },
    {
      name: "ignores an error of send()",
      replace: [SEND, `${SEND}.catch(() => {})`],
      diagnosis: /send\(\) says at once that no server is there/,
    },
    {
      name: "replaces an error of send()",
      replace: [SEND, `${SEND}.catch(() => { throw new Error("failed"); })`],
      diagnosis: /Let the caller have the error of send\(\) unchanged/,
    },
    {
      name: "returns nothing after the timeout",
      replace: [
        "late.reject(new Deno.errors.TimedOut(message))",
        "late.resolve(new Uint8Array())",
      ],
      diagnosis: /as if it had an answer/,
    },
    {
      name: "throws a plain Error after the timeout",
      replace: ["Deno.errors.TimedOut", "Error"],
      diagnosis: /Callers look at the class/,
    },
    {
      name: "receives while it's still sending",
      replace: [SEND, SEND.replace("await ", "")],
      diagnosis: /does one thing at a time.*Await send\(\) first/s,
    },
    {
      name: "leaves its timer running",
      replace: ["clearTimeout(timer);", ""],
      diagnosis: /The answer arrived, and a timer is still running/,
    },
    {
      name: "stops its timer only after an answer",
      replace: [
        `${RACE}
  } finally {
    clearTimeout(timer);`,
        `const data = await Promise.race([talk(), late.promise]);
    clearTimeout(timer);
    return data;
  } finally {`,
      ],
      diagnosis: /The call threw NotFound, and a timer is still running/,
    },
    {
      name: "restarts its timer with each message",
      replace: [
        "socket.receive();",
        "socket.receive();\n      timer.refresh();",
      ],
      diagnosis: /Every message restarts your timer/,
    },
    {
      name: "gives up too early",
      replace: ["}, timeoutMs);", "}, timeoutMs / 3);"],
      diagnosis: /gave up before the time was over/,
    },
    {
      name: "closes its socket twice",
      replace: [
        "late.reject(new",
        "socket.close();\n    late.reject(new",
      ],
      diagnosis: /finally block ended early.*in one place only/s,
    },
  ],
  "19.2": [
    {
      name: "uses UDP for a file",
      replace: ['return "tcp"', 'return "udp"'],
      diagnosis: /everyByteMatters.*UDP drops/s,
    },
    {
      name: "uses a Unix socket between machines",
      replace: ["if (need.sameMachine)", "if (true)"],
      diagnosis: /no other machine can reach/,
    },
    {
      name: "uses TCP although latency beats loss",
      replace: ["need.latencyBeatsLoss && !need.everyByteMatters", "false"],
      diagnosis: /one lost segment holds up everything after it/,
    },
    {
      name: "lets latency beat loss although every byte matters",
      replace: [
        "need.latencyBeatsLoss && !need.everyByteMatters",
        "need.latencyBeatsLoss",
      ],
      diagnosis: /that decides, even if latency/,
    },
    {
      name: "lets one machine decide before latency",
      replace: [
        "need.latencyBeatsLoss &&",
        "!need.sameMachine && need.latencyBeatsLoss &&",
      ],
      diagnosis: /Latency decides on one machine, too.*Only UDP never waits/s,
    },
    {
      name: "uses a stream for whole messages",
      replace: ["need.messagesStayWhole || ", ""],
      diagnosis: /10, 20, and 30 bytes can arrive as 60/,
    },
    {
      name: "forgets about many receivers on one machine",
      replace: [" || need.manyReceivers", ""],
      diagnosis: /A stream has only one peer/,
    },
    {
      name: "uses TCP for many receivers",
      replace: ["need.manyReceivers && !need.everyByteMatters", "false"],
      diagnosis: /TCP connection has only one peer/,
    },
    {
      name: "uses UDP although there's no reason to",
      replace: ["need.manyReceivers && !", "!"],
      diagnosis: /No need here justifies losing data/,
    },
    {
      name: "uses TCP on one machine",
      replace: ['"unixpacket" : "unix"', '"tcp" : "tcp"'],
      diagnosis: /a Unix socket loses nothing, needs no port/,
    },
    {
      name: "uses datagrams for everything on one machine",
      replace: ['"unixpacket" : "unix"', '"unixpacket" : "unixpacket"'],
      diagnosis: /A stream carries any amount/,
    },
    {
      name: "returns a kind that doesn't exist",
      replace: [' : "unix"', ' : "UNIX"'],
      diagnosis: /Always return one of "tcp"/,
    },
  ],
};
