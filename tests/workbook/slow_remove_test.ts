import { assert, assertThrows } from "@std/assert";
import { SlowRemove } from "../../lib/workbook/kit/mod.ts";

Deno.test("SlowRemove leaves a file until the removal is awaited", async () => {
  const path = await Deno.makeTempFile();
  {
    using slow = new SlowRemove();
    const removal = Deno.remove(path);
    assert(slow.isUnderWay);
    await Promise.resolve();
    assert(Deno.lstatSync(path).isFile);
    await removal;
    assert(!slow.isUnderWay);
  }
  assertThrows(() => Deno.lstatSync(path), Deno.errors.NotFound);
});
