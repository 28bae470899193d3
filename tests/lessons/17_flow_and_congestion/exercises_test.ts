import { exercises } from "../../../lessons/17_flow_and_congestion/exercises.ts";
import type {
  AckSegment,
  CongestionWindowClass,
  CongestionWindowOptions,
  ReceiveWindowClass,
  ReceiveWindowOptions,
  SendDecision,
  SendState,
} from "../../../lessons/17_flow_and_congestion/types.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { wrongAnswers } from "./wrong_answers.ts";

testExercises("flow_and_congestion", exercises, wrongAnswers);

const WRAP = 2 ** 32;

testAccepted<ReceiveWindowClass>(exercises[0], {
  "with positions that never wrap inside": class {
    #received = 0;
    #read = 0;
    #promised = 0;
    constructor(
      readonly first: number,
      private options: ReceiveWindowOptions,
    ) {
      this.options = { ...options };
    }
    receive(count: number) {
      this.#received += count;
    }
    read(count: number) {
      this.#read += count;
    }
    resize(capacity: number) {
      this.options.capacity = capacity;
    }
    advertise() {
      const { capacity, mss, shift } = this.options;
      const gain = this.#read + capacity - this.#promised;
      if (gain >= mss || 2 * gain >= capacity) {
        const room = this.#read + capacity - this.#received;
        const window = Math.min(room - room % 2 ** shift, 65535 * 2 ** shift);
        this.#promised = Math.max(this.#promised, this.#received + window);
      }
      return (this.#promised - this.#received) >> shift;
    }
    get ack() {
      return (this.first + this.#received) % WRAP;
    }
    get edge() {
      return (this.first + this.#promised) % WRAP;
    }
  },
});

testAccepted<CongestionWindowClass>(exercises[1], {
  "with one state for each phase, and duplicates counted on in recovery":
    class {
      cwnd: number;
      ssthresh = Infinity;
      #phase: "open" | "recovery" = "open";
      #sum = 0;
      #repeats = 0;
      #until = 0;
      #isNewLoss = true;
      #last: AckSegment;
      constructor(private options: CongestionWindowOptions) {
        this.cwnd = options.initialWindow;
        this.#last = { ...options, dataBytes: 0 };
      }
      receive(segment: AckSegment, flightSize: number): boolean {
        const { mss } = this.options;
        const last = this.#last;
        const count = (segment.ack - last.ack) | 0;
        if (count < 0) return false;
        this.#last = { ...segment };
        if (count === 0) {
          const isRepeat = segment.window === last.window &&
            segment.dataBytes === 0 && flightSize > 0;
          if (!isRepeat) return false;
          this.#repeats++;
          if (this.#phase === "recovery") this.cwnd += mss;
          if (this.#repeats !== 3 || this.#phase === "recovery") return false;
          this.#phase = "recovery";
          this.#until = (segment.ack + flightSize) % WRAP;
          this.ssthresh = Math.max(2 * mss, flightSize >> 1);
          this.cwnd = this.ssthresh + 3 * mss;
          return true;
        }
        this.#repeats = 0;
        this.#isNewLoss = true;
        if (this.#phase === "recovery") {
          const isPartial = ((this.#until - segment.ack) | 0) > 0;
          if (isPartial) this.cwnd += (count >= mss ? mss : 0) - count;
          else [this.#phase, this.cwnd, this.#sum] = ["open", this.ssthresh, 0];
          return isPartial;
        }
        if (this.cwnd < this.ssthresh) this.cwnd += count < mss ? count : mss;
        else if ((this.#sum += count) >= this.cwnd) {
          this.#sum -= this.cwnd;
          this.cwnd += mss;
        }
        return false;
      }
      timeOut(flightSize: number) {
        const { mss } = this.options;
        if (this.#isNewLoss) this.ssthresh = Math.max(2 * mss, flightSize >> 1);
        this.#isNewLoss = false;
        [this.#phase, this.cwnd, this.#sum, this.#repeats] = [
          "open",
          mss,
          0,
          0,
        ];
      }
      wake(idleMs: number, rtoMs: number) {
        const { initialWindow } = this.options;
        if (idleMs > rtoMs && this.cwnd > initialWindow) {
          this.cwnd = initialWindow;
        }
      }
    },
  "which ignores duplicates of the last flight, as RFC 6582 does": class {
    cwnd: number;
    ssthresh = Infinity;
    #una: number;
    #window: number;
    #duplicates = 0;
    #sum = 0;
    #recover: number;
    #isRecovering = false;
    #isResent = false;
    constructor(private o: CongestionWindowOptions) {
      this.cwnd = o.initialWindow;
      this.#una = o.ack;
      this.#window = o.window;
      this.#recover = (o.ack - 1) >>> 0;
    }
    receive(segment: AckSegment, flightSize: number): boolean {
      const { mss } = this.o;
      const count = (segment.ack - this.#una) | 0;
      if (count < 0) return false;
      const isSame = segment.window === this.#window;
      this.#window = segment.window;
      this.#una = segment.ack;
      if (count === 0) {
        if (!isSame || segment.dataBytes > 0 || flightSize === 0) return false;
        this.#duplicates++;
        if (this.#isRecovering) this.cwnd += mss;
        const isNew = ((this.#una - this.#recover) | 0) > 0;
        if (this.#duplicates !== 3 || this.#isRecovering || !isNew) {
          return false;
        }
        this.#lower(flightSize);
        this.cwnd = this.ssthresh + 3 * mss;
        this.#isRecovering = true;
        return true;
      }
      this.#duplicates = 0;
      this.#isResent = false;
      if (this.#isRecovering) {
        if (((this.#una - this.#recover) | 0) < 0) {
          this.cwnd = Math.max(
            mss,
            this.cwnd - count + (count < mss ? 0 : mss),
          );
          return true;
        }
        this.#isRecovering = false;
        this.cwnd = this.ssthresh;
        this.#sum = 0;
      } else if (this.cwnd < this.ssthresh) this.cwnd += Math.min(count, mss);
      else if ((this.#sum += count) >= this.cwnd) {
        this.#sum -= this.cwnd;
        this.cwnd += mss;
      }
      return false;
    }
    timeOut(flightSize: number) {
      const { ssthresh } = this;
      this.#lower(flightSize);
      if (this.#isResent) this.ssthresh = ssthresh;
      this.#isResent = true;
      this.#isRecovering = false;
      this.cwnd = this.o.mss;
      this.#sum = this.#duplicates = 0;
    }
    #lower(flightSize: number) {
      this.ssthresh = Math.max(2 * this.o.mss, flightSize >> 1);
      this.#recover = (this.#una + flightSize) % WRAP;
    }
    wake(idleMs: number, rtoMs: number) {
      if (idleMs > rtoMs) {
        this.cwnd = Math.min(this.cwnd, this.o.initialWindow);
      }
    }
  },
});

testAccepted<(state: SendState) => SendDecision>(exercises[2], {
  "with a return for each reason": (state) => {
    if (state.queued === 0) return 0;
    const flight = (state.next - state.una) | 0;
    if (flight === 0 && state.window === 0) {
      return state.hasExpired ? "probe" : 0;
    }
    const room = Math.max(0, Math.min(state.window, state.cwnd) - flight);
    if (room >= state.mss && state.queued >= state.mss) return state.mss;
    if (flight > 0) return 0;
    if (state.queued <= room) return state.queued;
    const isLarge = 2 * room >= state.maxWindow;
    return isLarge || state.hasExpired ? room : 0;
  },
});
