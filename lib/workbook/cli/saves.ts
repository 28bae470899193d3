import { join } from "node:path";
import { fileOf, type Lesson, ROOT } from "../checker/catalog.ts";

/** How long to wait for the rest of a save, in milliseconds. */
const SETTLE_MS = 50;

/**
 * How long to wait for a file event before polling the files instead, in
 * milliseconds.
 */
const PROBE_MS = 1000;

/** The polling interval, in milliseconds. */
const POLL_MS = 500;

/** Watches learners' files until the end of the block (`using`). */
export class Saves implements Disposable {
  readonly #files: string[];
  readonly #onSave: () => void;
  readonly #watcher: Deno.FsWatcher;
  readonly #probe = join(ROOT, "lessons", `.probe-${Deno.pid}`);
  #sawProbe = false;
  #settled?: ReturnType<typeof setTimeout>;
  #probing?: ReturnType<typeof setTimeout>;
  #polling?: ReturnType<typeof setInterval>;

  /**
   * Starts to watch.
   *
   * @param lessons The lessons.
   * @param options `file`: the name of the files. `onSave`: called after one of
   * them has been saved. `onPoll`: called if no events arrive here and the
   * files are polled twice a second instead.
   */
  constructor(
    lessons: Lesson[],
    { file, onSave, onPoll }: {
      file: string;
      onSave: () => void;
      onPoll: () => void;
    },
  ) {
    this.#files = lessons.map((lesson) => fileOf(lesson, file));
    this.#onSave = onSave;
    this.#watcher = Deno.watchFs(join(ROOT, "lessons"));
    this.#listen(file);
    this.#tryEvents(onPoll);
  }

  /** Stops. */
  [Symbol.dispose](): void {
    this.#watcher[Symbol.dispose]();
    clearTimeout(this.#settled);
    clearTimeout(this.#probing);
    clearInterval(this.#polling);
    removeIfThere(this.#probe);
  }

  async #listen(file: string): Promise<void> {
    for await (const { paths } of this.#watcher) {
      this.#sawProbe ||= paths.some((path) => path.endsWith(this.#probe));
      if (!paths.some((path) => path.endsWith(file))) continue;
      clearTimeout(this.#settled);
      this.#settled = setTimeout(this.#onSave, SETTLE_MS);
    }
  }

  /**
   * Polls the files if no events arrive: some file systems (in WSL and in
   * containers) don't report changes.
   */
  #tryEvents(onPoll: () => void): void {
    try {
      Deno.writeTextFileSync(this.#probe, "");
    } catch {
      return; // If nothing can be written here, nothing can be saved, either.
    }
    this.#probing = setTimeout(() => {
      removeIfThere(this.#probe);
      if (this.#sawProbe) return;
      onPoll();
      let before = this.#times();
      this.#polling = setInterval(() => {
        const now = this.#times();
        if (now === before) return;
        before = now;
        this.#onSave();
      }, POLL_MS);
    }, PROBE_MS);
  }

  /** Returns when each file was last saved. */
  #times(): string {
    return this.#files.map((file) => {
      try {
        return Deno.statSync(file).mtime?.getTime();
      } catch {
        return "missing";
      }
    }).join();
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // The file doesn't exist.
  }
}
