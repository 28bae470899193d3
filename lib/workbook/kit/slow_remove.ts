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

  /** Begins. Whoever makes it must dispose of it. */
  constructor() {
    Deno.remove = async (path, options) => {
      this.#underWay++;
      try {
        await settle();
        await this.#remove(path, options);
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
  }
}
