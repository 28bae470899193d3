import { assertStrictEquals } from "@std/assert";
import { connect as connectByNode } from "node:net";
import { text } from "node:stream/consumers";
import { checkStream, openByPort } from "../../lib/workbook/kit/mod.ts";
import { testProbes } from "./probes.ts";

type Fetch = (port: number) => Promise<string>;

const { connect } = Deno;

const fetchText: Fetch = async (port) => {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const buffer = new Uint8Array(100);
  const decoder = new TextDecoder();
  let text = "";
  for (let count; (count = await conn.read(buffer)) !== null;) {
    text += decoder.decode(buffer.subarray(0, count), { stream: true });
  }
  return text + decoder.decode();
};

testProbes<Fetch>(
  "checkStream() with openByPort()",
  (trial, answer) =>
    checkStream(trial, {
      name: "fetchText",
      open: openByPort(trial, answer),
      conn: "closed",
      cut: "Read until null.",
    }, [
      {
        step: "a server sends a text",
        sends: "zwölf",
        values: ["zwölf"],
        ends: "more",
        likely: "Return it.",
      },
      {
        step: "the connection is reset",
        then: "reset",
        ends: Error,
        likely: "Pass it on.",
      },
    ]),
  {
    "a right function": fetchText,
    "one that connects by node:net": (port) =>
      text(connectByNode(port, "127.0.0.1")),
  },
  [
    [
      "one that stops after one read",
      async (port) => {
        using conn = await Deno.connect({ port });
        const buffer = new Uint8Array(100);
        const count = await conn.read(buffer) ?? 0;
        return new TextDecoder().decode(buffer.subarray(0, count));
      },
      /Read until null/,
    ],
    [
      "one that leaves the connection open when a read fails",
      async (port) => {
        const conn = await Deno.connect({ port });
        const buffer = new Uint8Array(100);
        let text = "";
        const decoder = new TextDecoder();
        for (let count; (count = await conn.read(buffer)) !== null;) {
          text += decoder.decode(buffer.subarray(0, count), { stream: true });
        }
        conn.close();
        return text;
      },
      /the connection is still open/,
    ],
    [
      "one that connects by node:net, and leaves its socket open",
      (port) =>
        new Promise((resolve, reject) => {
          let text = "";
          connectByNode({ port, allowHalfOpen: true }).setEncoding("utf8")
            .on("data", (piece) => text += piece)
            .on("end", () => resolve(text))
            .on("error", reject);
        }),
      /the connection is still open/,
    ],
    [
      "one that sends a request, by fetch()",
      async (port) => await (await fetch(`http://127.0.0.1:${port}`)).text(),
      /sent 1 byte, but it should send nothing/,
    ],
    [
      "one that connects twice, and reads from the second connection",
      async (port) => {
        const first = await Deno.connect({ port });
        const received = await fetchText(port);
        first.close();
        return received;
      },
      /Value 1 is wrong/,
    ],
  ],
);

Deno.test("openByPort() puts Deno.connect back", () => {
  assertStrictEquals(Deno.connect, connect);
});
