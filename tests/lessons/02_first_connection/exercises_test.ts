import { connect } from "node:net";
import { exercises } from "../../../lessons/02_first_connection/exercises.ts";
import type {
  FetchGreeting,
  GreetOnce,
} from "../../../lessons/02_first_connection/types.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { inPieces, wrongAnswers } from "./wrong_answers.ts";

testExercises("first_connection", exercises, wrongAnswers);

testAccepted<GreetOnce>(exercises[0], {
  "with try and finally, and errors ignored": async (listener, text) => {
    const conn = await listener.accept();
    try {
      let rest = new TextEncoder().encode(text);
      while (rest.length > 0) rest = rest.subarray(await conn.write(rest));
    } catch {
      // The client has left.
    } finally {
      conn.close();
    }
  },
  "with a pipe, which closes the socket at the end": async (listener, text) => {
    const conn = await listener.accept();
    await new Blob([text]).stream().pipeTo(conn.writable);
  },
  "with the listener's iterator": async (listener, text) => {
    const { value: conn } = await listener[Symbol.asyncIterator]().next();
    using _conn = conn;
    const bytes = new TextEncoder().encode(text);
    for (let sent = 0; sent < bytes.length;) {
      sent += await conn.write(bytes.subarray(sent, sent + 1000));
    }
    await conn.closeWrite();
  },
});

testAccepted<FetchGreeting>(exercises[1], {
  "with Response": async (port) => {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    return await new Response(conn.readable).text();
  },
  "with node:net": (port) =>
    new Promise((resolve, reject) => {
      let text = "";
      const socket = connect(port, "127.0.0.1").setEncoding("utf8");
      socket.on("data", (part) => text += part);
      socket.on("error", reject);
      socket.on("close", () => resolve(text));
    }),
  "with a new buffer for each read": inPieces(() => new Uint8Array(1000)),
});
