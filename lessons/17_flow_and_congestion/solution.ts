/** One good answer to each exercise of lesson 17. */
import type {
  AckSegment,
  CongestionWindowOptions,
  ReceiveWindowOptions,
  SendDecision,
  SendState,
} from "./types.ts";

// ---- 17.1 ReceiveWindow -----------------------------------------------------

/** Decides which receive window to advertise. */
export class ReceiveWindow {
  #ack: number;
  #edge: number;
  #unread = 0;
  #capacity: number;
  readonly #mss: number;
  readonly #shift: number;

  constructor(initialSeq: number, options: ReceiveWindowOptions) {
    this.#ack = this.#edge = initialSeq;
    this.#capacity = options.capacity;
    this.#mss = options.mss;
    this.#shift = options.shift;
  }

  receive(count: number): void {
    this.#ack = (this.#ack + count) >>> 0;
    this.#unread += count;
  }

  read(count: number): void {
    this.#unread -= count;
  }

  resize(capacity: number): void {
    this.#capacity = capacity;
  }

  advertise(): number {
    const unit = 2 ** this.#shift;
    const free = this.#capacity - this.#unread;
    // Small steps aren't worth a promise: the peer would send small segments.
    if (free - this.#left >= Math.min(this.#mss, this.#capacity / 2)) {
      const units = Math.min(65_535, Math.floor(free / unit));
      // Rounded down, it may be less than was promised before.
      const window = Math.max(this.#left, units * unit);
      this.#edge = (this.#ack + window) >>> 0;
    }
    return Math.floor(this.#left / unit);
  }

  get ack(): number {
    return this.#ack;
  }

  get edge(): number {
    return this.#edge;
  }

  /** The unused part of the window. */
  get #left(): number {
    return (this.#edge - this.#ack) >>> 0;
  }
}

// ---- 17.2 CongestionWindow --------------------------------------------------

/** Discovers how much the network can hold. */
export class CongestionWindow {
  readonly #mss: number;
  readonly #initialWindow: number;
  #cwnd: number;
  #ssthresh = Infinity;
  /** The last acknowledgment number and window. */
  #ack: number;
  #window: number;
  #duplicates = 0;
  /** Bytes acknowledged in congestion avoidance since `cwnd` last grew. */
  #sum = 0;
  /**
   * Where fast recovery ends: the end of what was in flight when it started.
   */
  #recover?: number;
  #hasTimedOut = false;

  constructor(options: CongestionWindowOptions) {
    this.#mss = options.mss;
    this.#initialWindow = this.#cwnd = options.initialWindow;
    this.#ack = options.ack;
    this.#window = options.window;
  }

  receive(segment: AckSegment, flightSize: number): boolean {
    const count = (segment.ack - this.#ack) | 0;
    if (count < 0) return false;
    const isDuplicate = count === 0 && segment.window === this.#window &&
      segment.dataBytes === 0 && flightSize > 0;
    this.#ack = segment.ack;
    this.#window = segment.window;
    if (count > 0) return this.#advance(count);
    return isDuplicate && this.#repeat(flightSize);
  }

  /** Handles an acknowledgment of new data. */
  #advance(count: number): boolean {
    this.#duplicates = 0;
    this.#hasTimedOut = false;
    if (this.#recover !== undefined) {
      if (((this.#ack - this.#recover) | 0) < 0) {
        // A partial ACK: the next segment is missing, too.
        this.#cwnd -= count;
        if (count >= this.#mss) this.#cwnd += this.#mss;
        return true;
      }
      this.#recover = undefined;
      this.#cwnd = this.#ssthresh;
      this.#sum = 0;
    } else if (this.#cwnd < this.#ssthresh) {
      this.#cwnd += Math.min(count, this.#mss);
    } else {
      this.#sum += count;
      if (this.#sum >= this.#cwnd) {
        this.#sum -= this.#cwnd;
        this.#cwnd += this.#mss;
      }
    }
    return false;
  }

  /** Handles a duplicate ACK. */
  #repeat(flightSize: number): boolean {
    if (this.#recover !== undefined) {
      this.#cwnd += this.#mss;
      return false;
    }
    if (++this.#duplicates < 3) return false;
    this.#halve(flightSize);
    // Three duplicates: three segments have left the network.
    this.#cwnd = this.#ssthresh + 3 * this.#mss;
    this.#recover = (this.#ack + flightSize) >>> 0;
    return true;
  }

  timeOut(flightSize: number): void {
    // A second timeout of the same segment says nothing new about the network.
    if (!this.#hasTimedOut) this.#halve(flightSize);
    this.#hasTimedOut = true;
    this.#cwnd = this.#mss;
    this.#sum = 0;
    this.#duplicates = 0;
    this.#recover = undefined;
  }

  wake(idleMs: number, rtoMs: number): void {
    if (idleMs <= rtoMs) return;
    this.#cwnd = Math.min(this.#cwnd, this.#initialWindow);
  }

  get cwnd(): number {
    return this.#cwnd;
  }

  get ssthresh(): number {
    return this.#ssthresh;
  }

  #halve(flightSize: number): void {
    this.#ssthresh = Math.max(Math.floor(flightSize / 2), 2 * this.#mss);
  }
}

// ---- 17.3 maySend -----------------------------------------------------------

/** Decides how many bytes a sender may send now. */
export function maySend(state: SendState): SendDecision {
  const { una, next, queued, window, maxWindow, cwnd, mss, hasExpired } = state;
  const inFlight = (next - una) >>> 0;
  const isIdle = inFlight === 0;
  if (isIdle && window === 0 && queued > 0 && hasExpired) return "probe";
  const size = Math.min(queued, mss, Math.min(window, cwnd) - inFlight);
  const isWorthIt = size === mss ||
    (isIdle && (size === queued || size >= maxWindow / 2 || hasExpired));
  return isWorthIt ? size : 0;
}
