import { useCopy } from "./workbook_copy.ts";

const copy = useCopy();

/** Watches as on a file system that reports no changes. */
function withoutEvents(): Disposable {
  const { watchFs } = Deno;
  Deno.watchFs = () => {
    const closed = Promise.withResolvers<IteratorReturnResult<undefined>>();
    const close = () => closed.resolve({ done: true, value: undefined });
    return {
      close,
      next: () => closed.promise,
      [Symbol.asyncIterator]() {
        return this;
      },
      [Symbol.dispose]: close,
    } as unknown as Deno.FsWatcher;
  };
  return {
    [Symbol.dispose]() {
      Deno.watchFs = watchFs;
    },
  };
}

Deno.test("watch looks at the files itself where no file events arrive, and says so", async () => {
  using _without = withoutEvents();
  const { Saves } = await copy().import("lib/workbook/cli/saves.ts");
  const { lessons } = await copy().import("lessons/mod.ts");
  const polling = Promise.withResolvers<void>();
  const saved = Promise.withResolvers<void>();
  using _saves = new Saves(lessons, {
    file: "exercise.ts",
    onPoll: polling.resolve,
    onSave: saved.resolve,
  });
  await polling.promise;
  await copy().answer();
  await saved.promise;
});
