import { exercises } from "../../../lessons/13_datagrams/exercises.ts";
import type { Ask, SendMessage } from "../../../lessons/13_datagrams/types.ts";
import { formatAddress, UdpSocket } from "../../../lib/net/mod.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { wrongAnswers } from "./wrong_answers.ts";

testExercises("datagrams", exercises, wrongAnswers);

const [ask, sendMessage] = exercises;

/** The properties of an address, always in this order. */
const ORDER = ["transport", "hostname", "port"];

testAccepted<Ask>(ask, {
  "loops over the socket": async (socket, question, server) => {
    await socket.send(question, server);
    for await (const [message, from] of socket) {
      if (from.transport !== "udp") continue;
      if (from.port !== server.port) continue;
      if (from.hostname === server.hostname) return message;
    }
    throw new Error("the socket was closed");
  },
  "recurses, and compares formatted addresses": (socket, question, server) => {
    async function next(): Promise<Uint8Array> {
      const [message, from] = await socket.receive();
      return formatAddress(from) === formatAddress(server) ? message : next();
    }
    return socket.send(question, server).then(next);
  },
  "compares with JSON, in one order": async (socket, question, server) => {
    await socket.send(question, server);
    let received = await socket.receive();
    const isStranger = () =>
      JSON.stringify(received[1], ORDER) !== JSON.stringify(server, ORDER);
    while (isStranger()) received = await socket.receive();
    return received[0];
  },
  "receives into one long buffer, and returns a copy": (() => {
    const buffer = new Uint8Array(100_000);
    return async (socket, question, server) => {
      await socket.send(question, server);
      let message: Uint8Array, from: Deno.Addr;
      do [message, from] = await socket.receive(buffer); while (
        (from as Deno.NetAddr).hostname !== server.hostname ||
        (from as Deno.NetAddr).port !== server.port
      );
      return message.slice();
    };
  })(),
  "uses the helper of lib/net": async (socket, question, server) => {
    const helper = new UdpSocket(socket);
    await helper.send(question, server);
    return (await helper.receive({ from: server })).bytes;
  },
});

testAccepted<SendMessage>(sendMessage, {
  "isn't async, and groups digits": (socket, message, to) => {
    if (message.byteLength > 65_507) {
      const size = message.byteLength.toLocaleString("en");
      throw new RangeError(`message too long: ${size} > 65,507`);
    }
    return socket.send(message, to).then(() => {});
  },
  "sends a copy to a copy of the address": async (socket, message, to) => {
    const room = 65_507 - message.byteLength;
    if (room < 0) throw new RangeError(`${65_507 - room} bytes of 65507`);
    await socket.send(Uint8Array.from(message), { ...to });
  },
  "throws a subclass of RangeError": async (socket, message, to) => {
    class TooLong extends RangeError {}
    if (message.length >= 65_508) {
      throw new TooLong(`limit: 65507 bytes, found: ${message.length} bytes.`);
    }
    const sent = await socket.send(message.slice(), to);
    if (sent !== message.length) throw new Error("cut");
  },
  "uses the helper of lib/net": (socket, message, to) =>
    new UdpSocket(socket).send(message, to),
});
