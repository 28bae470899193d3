/** The exercises of lesson 6. */
import { type Exercise, exercise } from "../../lib/workbook/kit/mod.ts";
import { checkServe } from "./checks/serve.ts";
import { checkServeAtMost } from "./checks/serve_at_most.ts";
import * as solution from "./solution.ts";
import type { Serve, ServeAtMost } from "./types.ts";

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  exercise<Serve>({
    id: "6.1",
    title: "All clients at once",
    passed:
      "It accepts the next client at once, and a handler that fails affects only its own client.",
    real: "lib/net/serve.ts",
    solution: solution.serve,
    hints: [
      "If the accept loop doesn't wait for the handler, what does? And what " +
      "catches the error when the handler fails?",
      "Write an async function for one client: it awaits the handler, catches " +
      "whatever the handler throws, and always closes the connection. It never " +
      "rejects, so the accept loop can call it without awaiting it. Call " +
      "accept() in your own loop, and look at the class of each error: " +
      "BadResource is the end, NotConnected is about one client, and any other " +
      "error goes to your caller. A `for await` loop would rethrow NotConnected.",
      "Most of the code:\n" +
      "    async function serveOne(conn: Deno.Conn): Promise<void> {\n" +
      "      using _closed = conn; // may be closed already\n" +
      "      try {\n" +
      "        await handler(conn);\n" +
      "      } catch {\n" +
      "        // only this client is affected\n" +
      "      }\n" +
      "    }\n" +
      "    while (true) {\n" +
      "      let conn: Deno.Conn;\n" +
      "      try {\n" +
      "        conn = await listener.accept();\n" +
      "      } catch (error) {\n" +
      "        if (error instanceof Deno.errors.BadResource) return;\n" +
      "        if (error instanceof Deno.errors.NotConnected) continue;\n" +
      "        throw error;\n" +
      "      }\n" +
      "      serveOne(conn);\n" +
      "    }",
    ],
    read: "Start each handler, and keep accepting",
    check: checkServe,
  }),
  exercise<ServeAtMost>({
    id: "6.2",
    title: "At most `limit` clients at once",
    passed:
      "It frees a place however a handler ends, so it never serves too many clients or too few.",
    solution: solution.serveAtMost,
    hints: [
      "While all places are taken, where can clients wait without any code of " +
      "yours? And what tells you that a place is free again?",
      "Keep a Set with a promise for each client you're serving. Each promise " +
      "removes itself from the set when it settles. When the set is full, wait " +
      "for the first of them before you accept again: Promise.race() waits for " +
      "one, Promise.all() for all.",
      "Most of the code, with the loop and serveOne() from 6.1. On BadResource, " +
      "leave the loop with `break`:\n" +
      "    const served = serveOne(conn).then(() => {\n" +
      "      running.delete(served);\n" +
      "    });\n" +
      "    running.add(served);\n" +
      "    if (running.size >= limit) await Promise.race(running);\n" +
      "and, after the loop:\n" +
      "    await Promise.all(running);",
    ],
    read: "A limit on clients at once",
    check: checkServeAtMost,
  }),
];
