import { assert, assertEquals, assertMatch } from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import { visibleWidth } from "../../lib/show/mod.ts";
import { runDeno } from "../workbook/workbook_copy.ts";
import { Bench } from "./bench.ts";
import { compete, type Result, summarise } from "./contest.ts";
import { drawResult, short } from "./draw.ts";
import { LIB, type Player, Team } from "./team.ts";
import { beats, keeps } from "./verdicts.ts";
import { stdArgs } from "../../lib/workbook/checker/std_args.ts";

for (
  const { numbers, median, quartiles } of [
    { numbers: [3], median: 3, quartiles: [3, 3] },
    { numbers: [4, 1, 3, 2, 5], median: 3, quartiles: [2, 4] },
    { numbers: [1, 2, 3, 4], median: 2.5, quartiles: [1.75, 3.25] },
    { numbers: [10, 9, 100], median: 10, quartiles: [9.5, 55] },
  ]
) {
  Deno.test(`summarise() finds the middle of ${numbers}`, () => {
    const summary = summarise(numbers);
    assertEquals(summary, { median, quartiles: quartiles as [number, number] });
  });
}

Deno.test("compete() lets all take turns, and compares them round by round", async () => {
  const turns: string[] = [];
  // The machine is twice as slow in every second round.
  const speeds = [4, 2, 4];
  const contender = (name: string, factor: number) => {
    let done = -1;
    return {
      name,
      run() {
        turns.push(name);
        return Promise.resolve(factor * (speeds[done++] ?? 1));
      },
    };
  };
  const contenders = [contender("a", 1), contender("b", 3)];
  const result = await compete({ title: "", unit: "/s", contenders }, 3);
  assertEquals(turns.join(" "), "a b a b b a a b");
  assertEquals(result.standings.map(({ median }) => median), [4, 12]);
  assertEquals(result.standings[1].numbers, [12, 6, 12]);
  assertEquals(result.standings[1].ratio, { median: 3, quartiles: [3, 3] });
});

Deno.test("compete() runs nothing twice that takes long", async () => {
  let runs = 0;
  const run = () => Promise.resolve(++runs);
  const contenders = [{ name: "a", run }];
  await compete({ title: "", unit: "", contenders, isLong: true }, 1);
  assertEquals(runs, 1);
});

/** How a contest might have ended. */
function resultOf(medians: Record<string, number>): Result {
  const [first] = Object.values(medians);
  return {
    title: "a title that is rather long, and goes on for a while",
    unit: "round trips/s",
    better: "more",
    rounds: 3,
    standings: Object.entries(medians).map(([name, median]) => {
      const ratio = median / first;
      return {
        ...{
          name,
          median,
          quartiles: [median, median],
          numbers: Array(3).fill(median),
        },
        ratio: { median: ratio, quartiles: [ratio * 0.9, ratio * 1.1] },
      };
    }),
  };
}

const RESULT = resultOf({
  "Deno's own calls": 41_217,
  "lib/net": 40_000,
  "node: in Node 20, awaited": 3_440_000,
});

for (const width of [60, 80, 100]) {
  Deno.test(`drawResult() fits into ${width} columns`, () => {
    const verdict = `${keeps(RESULT)} ${beats(RESULT)}`;
    const lines = drawResult(RESULT, { width, verdict });
    for (const line of lines) assert(visibleWidth(line) <= width, line);
  });
}

Deno.test("drawResult() shows medians, and ratios with their spread", () => {
  const lines = drawResult(RESULT, { width: 80 }).map(stripAnsiCode);
  const [raw, lib, node] = lines.slice(-3);
  assertMatch(raw, /^Deno's own calls +▎ +41\.2K +× 1\.00$/);
  assertMatch(lib, /^lib\/net +▎ +40K +× 0\.97 {2}0\.87 to 1\.07$/);
  assertMatch(node, /█ +3\.44M +× 83\.46 /);
});

Deno.test("short() has three digits that count", () => {
  const texts = [0.0512, 0.95, 7.5, 999.4, 1000, 41_217, 3_440_000].map(short);
  const expected = ["0.0512", "0.95", "7.5", "999", "1K", "41.2K", "3.44M"];
  assertEquals(texts, expected);
});

Deno.test("the verdicts say what the numbers say", () => {
  const names = ["Deno's own calls", "lib/net", "other", "third"];
  const result = (...medians: number[]) =>
    resultOf(Object.fromEntries(names.map((name, i) => [name, medians[i]])));
  assertEquals(
    keeps(result(100, 98, 1, 1)),
    "lib/net keeps 98 % of the rate of Deno's own calls.",
  );
  assertMatch(keeps(result(100, 80, 1, 1)), /80 % .*: less than the 95 %/);
  assertMatch(keeps(result(100, 90, 1, 1)), /90 % .*: no clear difference/);
  assertEquals(
    beats(result(100, 90, 45, 180)),
    "lib/net beats other (× 2.0); is beaten by third (× 0.50).",
  );
  const close = result(100, 90, 91, 180);
  const [, own, other] = close.standings;
  [own.numbers, other.numbers] = [[90, 90, 90], [100, 91, 80]];
  assertEquals(
    beats(close),
    "lib/net beats nobody; is beaten by third (× 0.50); " +
      "no clear difference from other (× 0.99).",
  );
});

/** Gives a player more time if a busy machine left it too little. */
async function rateOf(player: Player, task: string): Promise<number> {
  let rate = 0;
  for (let ms = 10; rate === 0 && ms <= 10_000; ms *= 10) {
    rate = await player.ask(task, ms);
  }
  return rate;
}

Deno.test("every player can do every task", async () => {
  await using team = await Team.start();
  const tasks = ["echo", "throughput", "messages", "lines", "frames"];
  const others = ["connections", "datagrams", "datagramEcho"];
  const unix = Deno.build.os === "windows"
    ? []
    : ["unixEcho", "unixThroughput"];
  assert(team.players.length >= 3);
  for (const player of team.players) {
    for (const task of [...tasks, ...others, ...unix]) {
      const rate = await rateOf(player, task);
      assert(rate > 0, `${player.name}, ${task}: ${rate}`);
    }
    if (player.name === LIB) {
      for (const task of ["lineBatches", "frameBatches"]) {
        assert(await rateOf(player, task) > 0, task);
      }
    }
    const port = await player.ask("hold");
    using client = await Deno.connect({ hostname: "127.0.0.1", port });
    await client.write(new Uint8Array([7]));
    const buffer = new Uint8Array(2);
    assertEquals(await client.read(buffer), 1);
    assertEquals([buffer[0], await player.ask("held")], [7, 1]);
    assert(await player.ask("memory") > 0);
    client.close();
    await player.ask("release");
  }
});

Deno.test("bench NAME --quick --json gives one object for each contest", async () => {
  const program = new URL("mod.ts", import.meta.url).href;
  const args = [
    "run",
    "-qA",
    ...stdArgs(),
    program,
    "datagrams",
    "--quick",
    "--json",
  ];
  const { code, stdout, stderr } = await runDeno(args);
  assertEquals([code, stderr], [0, ""]);
  const [result, ...next] = stdout.trim().split("\n").map((line) =>
    JSON.parse(line)
  );
  assertEquals(next.map(({ unit }) => unit), Array(2).fill("round trips/s"));
  assertEquals([result.unit, result.better], ["echoes/s", "more"]);
  assertMatch(result.verdict, /^lib\/net keeps \d+ % of the rate/);
  for (const { name, median, quartiles, ratio } of result.standings) {
    assert(quartiles[0] <= median && median <= quartiles[1], name);
    assert(ratio.quartiles[0] <= ratio.median, name);
  }
});

Deno.test("a rate for processor time doesn't count what the server waits", async () => {
  if (Deno.build.os !== "linux") return;
  const bench = new Bench({ cpu: true, json: true });
  Deno.env.delete("BENCH_CLOCK");
  const load = async () => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    return { answers: 1000, ms: 200 };
  };
  // A process of its own: this one runs other tests at the same time.
  const idle = new Deno.Command("sleep", { args: ["60"] }).spawn();
  const rate = await bench.rateOf(idle.pid, load);
  idle.kill();
  await idle.status;
  assert(rate > 10_000, `${rate}`);
  assertEquals(await new Bench({ json: true }).rateOf(Deno.pid, load), 5000);
});

for (
  const { args, problem } of [
    {
      args: ["nosuch"],
      problem: /^no benchmark "?nosuch"?: there are commands/,
    },
    { args: ["--fast"], problem: /^no option --fast; usage: deno task bench/ },
    { args: ["--quick=1"], problem: /^--quick takes no value/ },
  ]
) {
  Deno.test(`bench ${args.join(" ")} says what is wrong, in a line`, async () => {
    const program = new URL("mod.ts", import.meta.url).href;
    const outcome = await runDeno([
      "run",
      "-qA",
      ...stdArgs(),
      program,
      ...args,
    ]);
    assertEquals([outcome.code, outcome.stdout], [2, ""]);
    assertMatch(outcome.stderr, problem);
    assertEquals(outcome.stderr.trim().split("\n").length, 1);
  });
}
