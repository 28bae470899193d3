import { exercises } from "../../../lessons/14_many_peers/exercises.ts";
import * as solution from "../../../lessons/14_many_peers/solution.ts";
import type {
  OutgoingMessage,
  RollCallClass,
  RollCallOptions,
} from "../../../lessons/14_many_peers/types.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { wrongAnswers } from "./wrong_answers.ts";

testExercises("many_peers", exercises, wrongAnswers);

testAccepted<RollCallClass>(exercises[0], {
  "is a function that returns an object": function (options: RollCallOptions) {
    return new solution.RollCall(options);
  } as unknown as RollCallClass,
  "keeps two maps, and sends in reverse order": class {
    #byPeer = new Map<string, [name: string, heard: number]>();
    #byName = new Map<string, string>();
    #expireMs: number;
    #now: () => number;
    constructor({ expireMs, now }: RollCallOptions) {
      this.#expireMs = expireMs;
      this.#now = now === undefined ? () => performance.now() : now;
    }
    #tidy() {
      for (const [key, [name, heard]] of [...this.#byPeer]) {
        if (heard + this.#expireMs > this.#now()) continue;
        this.#byPeer.delete(key);
        this.#byName.delete(name);
      }
    }
    present() {
      this.#tidy();
      return Array.from(this.#byName.keys()).toSorted();
    }
    handle(message: Uint8Array, from: Deno.NetAddr): OutgoingMessage[] {
      this.#tidy();
      const key = JSON.stringify([from.hostname, from.port]);
      const old = this.#byPeer.get(key);
      const text = new TextDecoder().decode(message).replace(/\n$/, "");
      // Invalid UTF-8 doesn't survive the round trip.
      const again = new TextEncoder().encode(text);
      if (again.some((byte, i) => byte !== message[i])) return [];
      const match = text.match(/^(?:HELLO ([a-z\d]{1,20})|SAY ([^\n]+)|BYE)$/i);
      if (!match || !/^(HELLO|SAY|BYE)/.test(text)) return [];
      const [, name, said] = match;
      if (old) old[1] = this.#now();
      const outgoing: OutgoingMessage[] = [];
      const send = (to: Deno.NetAddr, text: string) =>
        outgoing.unshift({ to, message: new TextEncoder().encode(text) });
      if (name) {
        const owner = this.#byName.get(name);
        if (owner !== undefined && owner !== key) {
          send(from, `TAKEN ${name}\n`);
        } else {
          if (old) this.#byName.delete(old[0]);
          this.#byName.set(name, key);
          this.#byPeer.set(key, [name, this.#now()]);
          send(from, `OK ${name}\n`);
        }
      } else if (old && said) {
        for (const other of this.#byPeer.keys()) {
          if (other === key) continue;
          const [hostname, port] = JSON.parse(other);
          send({ transport: "udp", hostname, port }, `${old[0]}: ${said}\n`);
        }
      } else if (old) {
        this.#byPeer.delete(key);
        this.#byName.delete(old[0]);
      }
      return outgoing;
    }
  },
});
