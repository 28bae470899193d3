/** Wrong answers to the exercises of lesson 13, and what must be said of each. */
import type { WrongAnswer } from "../gates.ts";
import type { Ask, SendMessage } from "../../../lessons/13_datagrams/types.ts";

/** Wrong answers to 13.1. */
export const askMistakes: WrongAnswer<Ask>[] = [
  {
    name: "takes anybody's answer",
    async attempt(socket, question, server) {
      await socket.send(question, server);
      const [message] = await socket.receive();
      return message;
    },
    diagnosis: /same host with another port/,
  },
  {
    name: "compares the port only",
    async attempt(socket, question, server) {
      await socket.send(question, server);
      for await (const [message, from] of socket) {
        if ((from as Deno.NetAddr).port === server.port) return message;
      }
      throw new Error("closed");
    },
    diagnosis: /same port on another host/,
  },
  {
    name: "compares the host only",
    async attempt(socket, question, server) {
      await socket.send(question, server);
      for await (const [message, from] of socket) {
        if ((from as Deno.NetAddr).hostname === server.hostname) return message;
      }
      throw new Error("closed");
    },
    diagnosis: /same host with another port/,
  },
  {
    name: "compares two objects",
    async attempt(socket, question, server) {
      await socket.send(question, server);
      while (true) {
        const [message, from] = await socket.receive();
        if (from === server) return message;
      }
    },
    diagnosis: /never ===/,
  },
  {
    name: "compares two objects as JSON",
    async attempt(socket, question, server) {
      await socket.send(question, server);
      while (true) {
        const [message, from] = await socket.receive();
        if (JSON.stringify(from) === JSON.stringify(server)) return message;
      }
    },
    diagnosis:
      /by the order of their properties.*What is in an address counts/s,
  },
  {
    name: "compares host and port in a row",
    async attempt(socket, question, server) {
      const inARow = ({ hostname, port }: Deno.NetAddr) => hostname + port;
      await socket.send(question, server);
      while (true) {
        const [message, from] = await socket.receive();
        if (inARow(from as Deno.NetAddr) === inARow(server)) return message;
      }
    },
    diagnosis: /the same text as 127\.0\.0\.11 and 5000/,
  },
  {
    name: "receives into a buffer of 1024 bytes",
    async attempt(socket, question, server) {
      await socket.send(question, server);
      while (true) {
        const [message, from] = await socket.receive(new Uint8Array(1024));
        if (isSame(from, server)) return message;
      }
    },
    diagnosis: /shorter than the message.*the rest is gone/s,
  },
  {
    name: "receives into one buffer for all answers",
    attempt: (() => {
      const buffer = new Uint8Array(65_507);
      return async (socket, question, server) => {
        await socket.send(question, server);
        while (true) {
          const [message, from] = await socket.receive(buffer);
          if (isSame(from, server)) return message;
        }
      };
    })(),
    diagnosis: /view of a buffer that the next message went into/,
  },
  {
    name: "returns the whole buffer, whatever came",
    async attempt(socket, question, server) {
      await socket.send(question, server);
      const buffer = new Uint8Array(65_507);
      while (true) {
        const [, from] = await socket.receive(buffer);
        if (isSame(from, server)) return buffer;
      }
    },
    diagnosis: /the part of the buffer that it filled/,
  },
  {
    name: "takes the bytes for text",
    async attempt(socket, question, server) {
      await socket.send(question, server);
      while (true) {
        const [message, from] = await socket.receive();
        const text = new TextDecoder().decode(message);
        if (isSame(from, server)) return new TextEncoder().encode(text);
      }
    },
    diagnosis: /need not be text/,
  },
  {
    name: "asks again after each stranger",
    async attempt(socket, question, server) {
      while (true) {
        await socket.send(question, server);
        const [message, from] = await socket.receive();
        if (isSame(from, server)) return message;
      }
    },
    diagnosis: /Only receive\(\) belongs into the loop/,
  },
  {
    name: "throws at a stranger",
    async attempt(socket, question, server) {
      await socket.send(question, server);
      const [message, from] = await socket.receive();
      if (!isSame(from, server)) throw new Error("a stranger");
      return message;
    },
    diagnosis: /throw the message away, not an error/,
  },
  {
    name: "takes an empty message for none",
    async attempt(socket, question, server) {
      await socket.send(question, server);
      while (true) {
        const [message, from] = await socket.receive();
        if (isSame(from, server) && message.length > 0) return message;
      }
    },
    diagnosis: /An empty message is a message/,
  },
  {
    name: "gives up after a while",
    async attempt(socket, question, server) {
      await socket.send(question, server);
      const late = new Promise<never>((_, reject) => {
        setTimeout(() => reject(new Error("no answer")), 60_000);
      });
      while (true) {
        const [message, from] = await Promise.race([socket.receive(), late]);
        if (isSame(from, server)) return message;
      }
    },
    diagnosis: /It waits as long as it takes/,
  },
  {
    name: "gives up by a signal",
    async attempt(socket, question, server) {
      await socket.send(question, server);
      const signal = AbortSignal.timeout(60_000);
      const late = new Promise<never>((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      });
      while (true) {
        const [message, from] = await Promise.race([socket.receive(), late]);
        if (isSame(from, server)) return message;
      }
    },
    diagnosis: /It waits as long as it takes/,
  },
  {
    name: "asks again each minute",
    async attempt(socket, question, server) {
      await socket.send(question, server);
      const again = setInterval(() => socket.send(question, server), 60_000);
      try {
        while (true) {
          const [message, from] = await socket.receive();
          if (isSame(from, server)) return message;
        }
      } finally {
        clearInterval(again);
      }
    },
    diagnosis: /A timer of yours sent it again/,
  },
  {
    name: "asks again after a while",
    async attempt(socket, question, server) {
      await socket.send(question, server);
      const again = setTimeout(() => socket.send(question, server), 60_000);
      try {
        while (true) {
          const [message, from] = await socket.receive();
          if (isSame(from, server)) return message;
        }
      } finally {
        clearTimeout(again);
      }
    },
    diagnosis: /A timer of yours sent it again/,
  },
  {
    name: "gives up after 100 strangers",
    async attempt(socket, question, server) {
      await socket.send(question, server);
      for (let i = 0; i < 100; i++) {
        const [message, from] = await socket.receive();
        if (isSame(from, server)) return message;
      }
      throw new Error("too many strangers");
    },
    diagnosis: /throw the message away, not an error/,
  },
  {
    name: "does not wait for its send",
    async attempt(socket, question, server) {
      socket.send(question, server);
      while (true) {
        const [message, from] = await socket.receive();
        if (isSame(from, server)) return message;
      }
    },
    diagnosis: /`await` the send.*waits for an answer for ever/s,
  },
  {
    name: "hides that its send failed",
    async attempt(socket, question, server) {
      try {
        await socket.send(question, server);
      } catch {
        throw new Error("cannot ask");
      }
      while (true) {
        const [message, from] = await socket.receive();
        if (isSame(from, server)) return message;
      }
    },
    diagnosis: /Pass on the error of send\(\) as it is/,
  },
  {
    name: "receives once before it asks, and gives that up",
    async attempt(socket, question, server) {
      const late = new Promise((resolve) => setTimeout(resolve, 0));
      const old = socket.receive();
      old.catch(() => {});
      await Promise.race([old, late]);
      await socket.send(question, server);
      while (true) {
        const [message, from] = await socket.receive();
        if (isSame(from, server)) return message;
      }
    },
    diagnosis: /one that was given up has taken the answer/,
  },
  {
    name: "asks twice, to be safe",
    async attempt(socket, question, server) {
      await socket.send(question, server);
      await socket.send(question, server);
      while (true) {
        const [message, from] = await socket.receive();
        if (isSame(from, server)) return message;
      }
    },
    diagnosis: /is to be sent once, and then waited for/,
  },
  {
    name: "closes the socket",
    async attempt(socket, question, server) {
      await socket.send(question, server);
      while (true) {
        const [message, from] = await socket.receive();
        if (!isSame(from, server)) continue;
        socket.close();
        return message;
      }
    },
    diagnosis: /closed the socket/,
  },
  {
    name: "asks from a socket of its own",
    async attempt(_, question, server) {
      const socket = Deno.listenDatagram({
        transport: "udp",
        hostname: "127.0.0.1",
        port: 0,
      });
      try {
        await socket.send(question, server);
        while (true) {
          const [message, from] = await socket.receive();
          if (isSame(from, server)) return message;
        }
      } finally {
        socket.close();
      }
    },
    diagnosis: /a new socket has another/,
  },
];

/** Wrong answers to 13.2. */
export const sendMessageMistakes: WrongAnswer<SendMessage>[] = [
  {
    name: "compares when the send has failed",
    async attempt(socket, message, to) {
      try {
        await socket.send(message, to);
      } catch (error) {
        if (message.length <= 65_507) throw error;
        throw new RangeError(`${message.length} > 65507`);
      }
    },
    diagnosis: /threw its RangeError after that.*comes too late/s,
  },
  {
    name: "cuts what is too long",
    async attempt(socket, message, to) {
      let at = 0;
      do {
        await socket.send(message.subarray(at, at + 65_507), to);
        at += 65_507;
      } while (at < message.length);
    },
    diagnosis: /cut 65508 bytes into 2 messages/,
  },
  {
    name: "takes 65,535 for the limit",
    async attempt(socket, message, to) {
      if (message.length > 65_535) throw tooLong(message.length, 65_535);
      await socket.send(message, to);
    },
    diagnosis: /counts the 20 bytes of the IPv4 header/,
  },
  {
    name: "forgets the header of IP",
    async attempt(socket, message, to) {
      if (message.length > 65_527) throw tooLong(message.length, 65_527);
      await socket.send(message, to);
    },
    diagnosis: /counts the 20 bytes of the IPv4 header/,
  },
  {
    name: "counts characters",
    async attempt(socket, message, to) {
      const { length } = new TextDecoder().decode(message);
      if (length > 65_507) throw tooLong(message.length, 65_507);
      await socket.send(message, to);
    },
    diagnosis: /The limit is in bytes/,
  },
  {
    name: "refuses the longest",
    async attempt(socket, message, to) {
      if (message.length >= 65_507) throw tooLong(message.length, 65_507);
      await socket.send(message, to);
    },
    diagnosis: /not those that reach it/,
  },
  {
    name: "sends the beginning only",
    async attempt(socket, message, to) {
      await socket.send(message.subarray(0, 65_507), to);
    },
    diagnosis: /takes them for the whole/,
  },
  {
    name: "leaves out what is too long, without a word",
    async attempt(socket, message, to) {
      if (message.length > 65_507) return;
      await socket.send(message, to);
    },
    diagnosis: /Nobody would learn that the message is gone/,
  },
  {
    name: "throws a plain Error",
    async attempt(socket, message, to) {
      if (message.length > 65_507) throw new Error("too long");
      await socket.send(message, to);
    },
    diagnosis: /out of range, so that is the class/,
  },
  {
    name: "does not say how long it was",
    async attempt(socket, message, to) {
      if (message.length > 65_507) throw new RangeError("more than 65507");
      await socket.send(message, to);
    },
    diagnosis: /does not name 65508\./,
  },
  {
    name: "does not say the limit",
    async attempt(socket, message, to) {
      if (message.length > 65_507) {
        throw new RangeError(`${message.length} bytes are too many`);
      }
      await socket.send(message, to);
    },
    diagnosis: /does not name 65507\./,
  },
  {
    name: "loops while bytes are left, as for a stream",
    async attempt(socket, message, to) {
      if (message.length > 65_507) throw tooLong(message.length, 65_507);
      for (let sent = 0; sent < message.length;) {
        sent += await socket.send(message.subarray(sent), to);
      }
    },
    diagnosis: /send once, without a loop/,
  },
  {
    name: "sends all of the array that the message is a part of",
    async attempt(socket, { buffer, length }, to) {
      if (length > 65_507) throw tooLong(length, 65_507);
      await socket.send(new Uint8Array(buffer), to);
    },
    diagnosis: /tried to send 65536 bytes.*message\.buffer is the whole/s,
  },
  {
    name: "puts the length in front",
    async attempt(socket, message, to) {
      if (message.length > 65_507) throw tooLong(message.length, 65_507);
      const framed = new Uint8Array(4 + message.length);
      new DataView(framed.buffer).setUint32(0, message.length);
      framed.set(message, 4);
      await socket.send(framed, to);
    },
    diagnosis: /UDP keeps the length by itself/,
  },
  {
    name: "does not await the send",
    async attempt(socket, message, to) {
      if (message.length > 65_507) throw tooLong(message.length, 65_507);
      await Promise.resolve();
      socket.send(message, to);
    },
    diagnosis: /`await` it, or return it|`await` the send/,
  },
  {
    name: "swallows what the socket throws",
    async attempt(socket, message, to) {
      if (message.length > 65_507) throw tooLong(message.length, 65_507);
      try {
        await socket.send(message, to);
      } catch {
        // It is only UDP.
      }
    },
    diagnosis: /what the own system refuses is known/,
  },
  {
    name: "takes every failure for a message that is too long",
    async attempt(socket, message, to) {
      try {
        if (message.length > 65_507) throw new Error();
        await socket.send(message, to);
      } catch {
        throw tooLong(message.length, 65_507);
      }
    },
    diagnosis: /This message is not too long/,
  },
];

function isSame(from: Deno.Addr, server: Deno.NetAddr): boolean {
  const { hostname, port } = from as Deno.NetAddr;
  return hostname === server.hostname && port === server.port;
}

function tooLong(size: number, limit: number): RangeError {
  return new RangeError(`Cannot send ${size} bytes, the limit is ${limit}`);
}
