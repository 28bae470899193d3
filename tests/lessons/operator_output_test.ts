/** What clients send doesn't act on the terminal in which a server runs. */
import { assert } from "@std/assert";
import { setColorEnabled } from "@std/fmt/colors";
import { pathToFileURL } from "node:url";
import { lessons } from "../../lessons/mod.ts";
import { bindUdp, connectTcp, readToEnd, writeAll } from "../../lib/net/mod.ts";
import { jsonLine, Narrator, Printer } from "../../lib/show/mod.ts";
import { fileOf, folderOf } from "../../lib/workbook/checker/catalog.ts";
import type { LessonProgram } from "../../lib/workbook/cli/run_lesson.ts";
import { assertHarmless, hostileMessages } from "../hostile.ts";
import { temporaryFolder } from "../lib/net_fixture.ts";

setColorEnabled(false);

/** The longest time in which a server says something about a message. */
const LIMIT_MS = 5000;

for (const lesson of lessons) {
  const { href } = pathToFileURL(fileOf(lesson, "lesson.ts"));
  const { serve } = await import(href) as LessonProgram;
  if (serve === undefined) continue;
  const isUnix = lesson.socketFiles !== undefined;
  const ignore = isUnix && Deno.build.os === "windows";
  const note = ignore ? " (ignored: Deno has no Unix sockets on Windows)" : "";
  Deno.test(
    `${
      folderOf(lesson)
    }: what clients send can't act on the server's terminal${note}`,
    {
      ignore,
    },
    async () => {
      using folder = temporaryFolder();
      const stop = new AbortController();
      let [text, json, notes] = ["", "", 0];
      let told = Promise.withResolvers<void>();
      const printer = new Printer((lines) => text += lines, { width: 80 });
      const show = new Narrator((event) => {
        printer.show(event);
        printer.flush();
        json += `${jsonLine(event)}\n`;
        if (event.kind !== "note") return;
        notes++;
        told.resolve();
        told = Promise.withResolvers();
      });
      const { signal } = stop;
      const serving = serve(show, { port: 0, folder: folder.path, signal });
      const places = await until(() => /waiting for/.test(text)).then(() =>
        placesIn(text)
      );
      assert(places.length > 0, text);
      const before = notes;
      for (const place of places) {
        const port = "port" in place ? place.port : 0;
        for (const message of Object.values(hostileMessages(port))) {
          await send(place, message);
        }
      }
      // What it has to say about the last messages may still be to come.
      await until(() => notes > before);
      stop.abort();
      await serving;
      printer.flush();
      assertHarmless(text, "the output");
      assertHarmless(json, "the events");
      for (const line of json.split("\n").filter((it) => /"note"/.test(it))) {
        assert(line.length < 600, line);
      }

      async function until(condition: () => boolean): Promise<void> {
        const late = Promise.withResolvers<void>();
        const limit = setTimeout(late.resolve, LIMIT_MS);
        for (let isLate = false; !condition() && !isLate;) {
          isLate = await Promise.race([
            told.promise.then(() => false),
            late.promise.then(() => true),
          ]);
        }
        clearTimeout(limit);
      }
    },
  );
}

type Place = { path: string } | { port: number; isUdp: boolean };

/** Where a server listens, by the commands that it prints for its clients. */
function placesIn(text: string): Place[] {
  const path = text.match(/nc -U (.+)/)?.[1];
  if (path !== undefined) return [{ path }];
  const ports = text.matchAll(/(?:127\.0\.0\.1[: ]|localhost:|-p )(\d{2,5})/g);
  return [...new Set([...ports].map(([, port]) => Number(port)))].flatMap(
    (port) => [{ port, isUdp: false }, { port, isUdp: true }],
  );
}

/** Sends a message, and waits until the server has had its say. */
async function send(
  place: Place,
  [first, ...rest]: Uint8Array[],
): Promise<void> {
  if ("port" in place && place.isUdp) {
    using socket = bindUdp();
    await socket.send(first, {
      transport: "udp",
      hostname: "127.0.0.1",
      port: place.port,
    });
    return;
  }
  const late = new AbortController();
  const limit = setTimeout(() => late.abort(), LIMIT_MS);
  try {
    using conn = "path" in place
      ? await Deno.connect({ transport: "unix", path: place.path })
      : await connectTcp(place.port);
    late.signal.addEventListener("abort", () => conn[Symbol.dispose]());
    await writeAll(conn, first);
    for (const part of rest) {
      await conn.read(new Uint8Array(4096));
      await writeAll(conn, part);
    }
    await conn.closeWrite();
    await readToEnd(conn);
  } catch {
    // It doesn't listen there, or it has dropped us.
  } finally {
    clearTimeout(limit);
  }
}
