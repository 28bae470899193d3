import { settle } from "./settle.ts";

/**
 * Makes `Deno.remove` slow for a while.
 *
 * If an answer doesn't await a removal, the removal is still nearly always done
 * in time. With this class, it never is.
 */
export class SlowRemove implements Disposable {
  readonly #remove = Deno.remove;
  #underWay = 0;
  #isOver = false;

  /** Makes removals slow, until the end of the block (`using`). */
  constructor() {
    Deno.remove = async (path, options) => {
      this.#underWay++;
      try {
        await settle();
        await this.#remove(path, options);
      } catch (error) {
        // After a check, its folder is gone, and no answer awaits this.
        if (!this.#isOver) throw error;
      } finally {
        this.#underWay--;
      }
    };
  }

  /** Whether a removal is in progress. */
  get isUnderWay(): boolean {
    return this.#underWay > 0;
  }

  /** Restores the original `Deno.remove`. */
  [Symbol.dispose](): void {
    Deno.remove = this.#remove;
    this.#isOver = true;
  }
}
