import { assertEquals, assertRejects } from "@std/assert";
import { Talk, testWith } from "./programs.ts";

testWith(
  "bash",
  "Talk.expect() gives the match as soon as it is printed",
  async () => {
    await using shell = new Talk("bash", []);
    await shell.type("echo hello; echo wörld\n");
    assertEquals((await shell.expect(/h(.*)o\nw.*d/))[1], "ell");
  },
);

testWith(
  "bash",
  "Talk.expect() says what was printed when the program ends without a match",
  async () => {
    await using shell = new Talk("bash", ["-c", "echo out; echo err >&2"]);
    await assertRejects(
      () => shell.expect(/hello/),
      Error,
      "never printed: /hello/, but:\nout\nerr\n",
    );
  },
);

testWith(
  "bash",
  "Talk.expect() gives up on a program that goes on without a match",
  async () => {
    const script = "echo out; while read; do :; done";
    await using shell = new Talk("bash", ["-c", script], { limitMs: 200 });
    await assertRejects(
      () => shell.expect(/hello/),
      Error,
      "not printed in 200 ms: /hello/, but:\n",
    );
  },
);

// As a lesson's own process does when the workbook is killed.
testWith(
  "bash",
  "Talk gives up although another process holds the program's streams",
  async () => {
    // `cat` lives until its input ends, which is when the talk is over.
    const script = "exec 3<&0; echo out; cat <&3 & exit 3";
    await using shell = new Talk("bash", ["-c", script], { limitMs: 2000 });
    await assertRejects(() => shell.expect(/hello/), Error, "not printed in");
    const { code, output } = await shell.end();
    assertEquals([code, output], [3, "out\n"]);
  },
);
