import { exercises } from "../../../lessons/19_choosing/exercises.ts";
import type {
  AskLocal,
  Choice,
  Choose,
} from "../../../lessons/19_choosing/types.ts";
import { bindUnixDatagram } from "../../../lib/net/mod.ts";
import { noUnixSockets } from "../../lib/net_fixture.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { wrongAnswers } from "./wrong_answers.ts";

if (noUnixSockets) {
  Deno.test.ignore(
    "18 (ignored: Deno doesn't support Unix sockets on Windows)",
    () => {},
  );
} else {
  testExercises("choosing", exercises, wrongAnswers);
  testAccepted<AskLocal>(exercises[0], {
    "with the helper of lib/net, and AbortSignal": async (
      server,
      question,
      { timeoutMs },
    ) => {
      using socket = await bindUnixDatagram(`${server}.me`);
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), timeoutMs);
      try {
        return await new Promise<Uint8Array>((resolve, reject) => {
          late.signal.addEventListener("abort", () => {
            reject(new Deno.errors.TimedOut("no answer"));
          });
          const to = { transport: "unixpacket" as const, path: server };
          socket.send(question, to).then(async () => {
            for await (const { bytes, from } of socket) {
              if (from.path === server) return resolve(bytes);
            }
          }).catch(reject);
        });
      } finally {
        clearTimeout(timer);
      }
    },
    "whose cleanup takes long": async (server, question, { timeoutMs }) => {
      const path = `${server}.me`;
      const socket = Deno.listenDatagram({ transport: "unixpacket", path });
      const late = Promise.withResolvers<never>();
      const timer = setTimeout(
        () => late.reject(new Deno.errors.TimedOut()),
        timeoutMs,
      );
      async function talk() {
        await socket.send(question, { transport: "unixpacket", path: server });
        while (true) {
          const [data, from] = await socket.receive();
          if ((from as Deno.UnixAddr).path === server) return data;
        }
      }
      try {
        return await Promise.race([talk(), late.promise]);
      } finally {
        clearTimeout(timer);
        socket.close();
        // As if the machine were busy.
        await new Promise((resolve) =>
          setTimeout(resolve, timeoutMs < 1000 ? 2 * timeoutMs : 0)
        );
        await Deno.remove(path);
      }
    },
    "in a class with Symbol.dispose, and its own buffer": async (
      server,
      question,
      { timeoutMs },
    ) => {
      class OwnSocket {
        readonly socket: Deno.DatagramConn;
        timer?: ReturnType<typeof setTimeout>;
        constructor(readonly path: string) {
          this.socket = Deno.listenDatagram({ transport: "unixpacket", path });
        }
        [Symbol.dispose]() {
          clearTimeout(this.timer);
          Deno.removeSync(this.path);
          this.socket.close();
        }
      }
      using own = new OwnSocket(`${server}.me`);
      const { socket } = own;
      const late = new Promise<never>((_, reject) => {
        own.timer = setTimeout(
          () => reject(new Deno.errors.TimedOut()),
          timeoutMs,
        );
      });
      const to = { transport: "unixpacket" as const, path: server };
      await Promise.race([socket.send(question, to), late]);
      const buffer = new Uint8Array(60_000);
      while (true) {
        const [data, from] = await Promise.race([socket.receive(buffer), late]);
        if ((from as Deno.UnixAddr).path === server) return data;
      }
    },
  });

  testAccepted<Choose>(exercises[1], {
    "in another order": (need) => {
      const whole = need.messagesStayWhole || need.manyReceivers;
      const here: Choice = whole ? "unixpacket" : "unix";
      if (need.everyByteMatters) return need.sameMachine ? here : "tcp";
      if (need.latencyBeatsLoss) return "udp";
      if (need.sameMachine) return here;
      return need.manyReceivers ? "udp" : "tcp";
    },
  });
}
