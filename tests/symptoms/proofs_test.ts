import { assert, assertEquals } from "@std/assert";
import { groups } from "../../lessons/symptoms.ts";
import { findSymptoms } from "../../lib/workbook/symptoms/find.ts";
import type { Symptom } from "../../lib/workbook/symptoms/symptom.ts";
import { hasOpenssl } from "./proofs/certificates.ts";
import { needOpenssl, proofs } from "./proofs/mod.ts";

const symptoms = groups.flatMap(({ symptoms }) => symptoms);
const linux = Deno.build.os === "linux";
const openssl = await hasOpenssl();

Deno.test("each symptom has a proof, or says why it can't have one", () => {
  assertEquals(
    symptoms.filter(({ unproven }) => unproven === undefined)
      .map(({ id }) => id).sort(),
    Object.keys(proofs).sort(),
  );
});

for (const symptom of symptoms) {
  const { id, unproven } = symptom;
  if (unproven !== undefined) continue;
  Deno.test({
    name: `${id}: its proof shows what the entry says`,
    // Other systems have other errors; the entries' numbers say so.
    ignore: !linux || (needOpenssl.has(id) && !openssl),
    fn: async () => {
      const shown = await proofs[id]();
      if (typeof shown === "string") {
        assertEquals(shown, symptom.shows);
        return;
      }
      for (const error of [shown].flat()) checkError(symptom, error);
    },
  });
}

/** Compares an error with its entry: the class, the code, and the message. */
function checkError(symptom: Symptom, error: Error): void {
  const { classes = [], codes = [], numbers = {}, wording = {} } = symptom;
  const { name, code } = error as Error & { code?: string };
  const text = textOf(error);
  if (!["Error", "TypeError"].includes(name)) {
    assert(classes.includes(name), `the entry has no class ${name}`);
  }
  if (typeof code === "string" && code !== "EINVAL") {
    assert(codes.includes(code), `the entry has no code ${code}`);
  }
  const [, number] = /os error (\d+)/.exec(text) ?? [];
  if (number !== undefined) assertEquals(Number(number), numbers.linux);
  assert(
    [...wording.deno ?? [], ...wording.node ?? []]
      .some((phrase) => text.includes(phrase)),
    `the entry doesn't have the words "${text}"`,
  );
  // Pasted as it is, with a stack trace, it leads here.
  const pasted = `error: Uncaught (in promise) ${text}\n${framesOf(error)}`;
  const [best] = findSymptoms(symptoms, pasted);
  assertEquals(best.symptom.id, symptom.id, text);
}

/** The stack without the frames of the proof: their paths name the symptom. */
function framesOf({ stack = "" }: Error): string {
  return stack.split("\n")
    .filter((line) => /^ +at /.test(line) && !line.includes("/tests/symptoms/"))
    .join("\n");
}

/** The name and message, with those of its causes. */
function textOf(error: Error): string {
  const { name, message, cause } = error;
  const own = `${name}: ${message}`;
  return cause instanceof Error ? `${own}\n${textOf(cause)}` : own;
}
