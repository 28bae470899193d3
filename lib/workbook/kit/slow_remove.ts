import { settle } from "./settle.ts";

/**
 * Makes `Deno.remove` slow for a while.
 *
 * One that an answer doesn't await is done in time nearly always. With this, it
 * never is.
 */
export class SlowRemove implements Disposable {
  readonly #remove = Deno.remove;
  #underWay = 0;
  #isOver = false;

  /** Begins. Whoever makes it must dispose of it. */
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

  /** Whether a removal has begun, and isn't done. */
  get isUnderWay(): boolean {
    return this.#underWay > 0;
  }

  /** Makes it as fast as before. */
  [Symbol.dispose](): void {
    Deno.remove = this.#remove;
    this.#isOver = true;
  }
}
