import { assertEquals } from "@std/assert";
import { parseEvent } from "../../lib/workbook/checker/check_events.ts";

const report = {
  steps: ["one"],
  problem: "wrong",
  expected: [],
  received: ["2"],
  likely: "",
  read: "",
};
const failed = (changed: Record<string, unknown>) => ({
  kind: "verdict",
  verdict: { state: "failed", report: { ...report, ...changed } },
});

Deno.test("parseEvent() reads each kind of event", () => {
  const events = [
    { kind: "loading" },
    { kind: "start" },
    { kind: "alive" },
    { kind: "step", text: "a step" },
    { kind: "step", text: "a step", ifEndless: { likely: "x", read: "y" } },
    { kind: "verdict", verdict: { state: "passed" } },
    { kind: "verdict", verdict: { state: "not started" } },
    { kind: "verdict", verdict: { state: "broken", message: "x" } },
    failed({}),
    failed({ why: "deno task why ECONNRESET" }),
  ];
  for (const event of events) {
    assertEquals(parseEvent(JSON.stringify(event)) as unknown, event);
  }
});

Deno.test("parseEvent() takes nothing else from a process that runs the learner's code", () => {
  const wrong = [
    "",
    "{",
    "null",
    "7",
    "[]",
    '"verdict"',
    "{}",
    '{"kind":"toString"}',
    '{"kind":"__proto__"}',
    '{"kind":"step"}',
    '{"kind":"step","text":7}',
    '{"kind":"step","text":"x","ifEndless":null}',
    '{"kind":"step","text":"x","ifEndless":{"likely":1,"read":""}}',
    '{"kind":"verdict"}',
    '{"kind":"verdict","verdict":null}',
    '{"kind":"verdict","verdict":"passed"}',
    '{"kind":"verdict","verdict":{"state":"solved"}}',
    '{"kind":"verdict","verdict":{"state":"broken"}}',
    '{"kind":"verdict","verdict":{"state":"failed"}}',
    '{"kind":"verdict","verdict":{"state":"failed","report":null}}',
    ...Object.keys(report).flatMap((name) =>
      [null, 7, {}, [7]].map((value) =>
        JSON.stringify(failed({ [name]: value }))
      )
    ),
    JSON.stringify(failed({ why: 7 })),
    `${"[".repeat(100_000)}`,
  ];
  for (const json of wrong) assertEquals(parseEvent(json), undefined, json);
});
