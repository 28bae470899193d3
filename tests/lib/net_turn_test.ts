import { assertEquals } from "@std/assert";
import { Turn } from "../../lib/net/mod.ts";

Deno.test("Turn.take() waits when a turn is over, and a cost may be less than 1", async () => {
  using turn = new Turn(2);
  let taken = 0;
  const done = (async () => {
    for (const cost of [1, 0.5, 0.5, 1]) {
      await turn.take(cost);
      taken++;
    }
  })();
  for (let i = 0; i < 100; i++) await Promise.resolve();
  assertEquals(taken, 3);
  await done;
});

Deno.test("Turn starts over after the connection has waited for its client", async () => {
  using turn = new Turn(1);
  for (let i = 0; i < 3; i++) {
    await turn.take();
    await new Promise((resolve) => setTimeout(resolve, 5));
    let taken = false;
    turn.take().then(() => taken = true);
    for (let i = 0; i < 10; i++) await Promise.resolve();
    assertEquals(taken, true);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
});
