import { assert, assertEquals } from "@std/assert";
import { groups } from "../../lessons/symptoms.ts";
import { askWhy } from "../../lib/workbook/symptoms/ask_why.ts";
import { findSymptoms } from "../../lib/workbook/symptoms/find.ts";
import { proofs } from "./proofs/mod.ts";

const symptoms = groups.flatMap(({ symptoms }) => symptoms);
const COMMAND = "deno task why ";

/** Errors that sockets throw, and the entry that the command leads to. */
const THROWN = [
  "refused",
  "timed-out",
  "in-use",
  "not-available",
  "too-early",
  "reset",
  "broken-pipe",
  "not-connected",
  "interrupted",
  "bad-resource",
  "busy",
  "message-too-large",
  "address-family",
];

for (const id of THROWN) {
  Deno.test({
    name: `an error leads to ${id} by the command that it names`,
    ignore: Deno.build.os !== "linux",
    fn: async () => {
      for (const error of [await proofs[id]()].flat()) {
        const command = askWhy(error) ?? "";
        assert(command.startsWith(COMMAND), `${error}: ${command}`);
        const word = command.slice(COMMAND.length);
        assert(/^\w+$/.test(word), word);
        const [best] = findSymptoms(symptoms, word);
        assertEquals(best.symptom.id, id);
      }
    },
  });
}

Deno.test("an error that has nothing to do with sockets names no command", () => {
  for (
    const error of [
      new TypeError("x is not a function"),
      new Deno.errors.NotFound("No such file or directory (os error 2)"),
      Object.assign(new Error("no space"), { code: "ENOSPC" }),
      "ECONNRESET",
      undefined,
    ]
  ) assertEquals(askWhy(error), undefined);
});
