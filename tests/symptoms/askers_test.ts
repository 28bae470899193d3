import { assert } from "@std/assert";
import { groups } from "../../lessons/symptoms.ts";
import { findSymptoms } from "../../lib/workbook/symptoms/find.ts";
import { ASKED } from "./askers.ts";

const symptoms = groups.flatMap(({ symptoms }) => symptoms);

for (const [title, ...ids] of ASKED) {
  Deno.test(`finds the symptom in an asker's words: ${title}`, () => {
    const found = findSymptoms(symptoms, title).map(({ symptom }) =>
      symptom.id
    );
    assert(ids.includes(found[0]), `${found.slice(0, 3)}, not ${ids}`);
  });
}
