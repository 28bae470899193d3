/** Roads from a sender to a receiver: real UDP sockets that pass on what comes. */
import { bindUdp, type DatagramSocket } from "../../lib/net/mod.ts";

/** A road, as the lesson plans it. */
export interface RoadPlan {
  /** What it is called. */
  name: string;
  /** How many relays stand along it. */
  relays: number;
  /**
   * After how many datagrams its last relay breaks down.
   *
   * @default {Infinity}
   */
  breaksAfter?: number;
}

/** A road that is open. */
export interface Road {
  name: string;
  relays: number;
  /** Where a sender puts its datagrams. */
  entrance: Deno.NetAddr;
  /** Where they come out: a receiver knows the road by it. */
  exit: Deno.NetAddr;
  /** Resolves when the relay that breaks down has done so. */
  broken: Promise<void>;
}

/** Two ends and the roads between them. */
export interface Network extends AsyncDisposable {
  sender: DatagramSocket;
  receiver: DatagramSocket;
  roads: Road[];
}

/**
 * Opens the two ends and all relays between them, each a socket and a task of
 * its own.
 *
 * @param plans The roads.
 * @returns Them, to be disposed of.
 */
export function openNetwork(plans: RoadPlan[]): Network {
  const sender = bindUdp();
  const receiver = bindUdp();
  const relays: DatagramSocket[] = [];
  const tasks: Promise<void>[] = [];
  const roads = plans.map((plan): Road => {
    const sockets = Array.from({ length: plan.relays }, () => bindUdp());
    relays.push(...sockets);
    const stops = [sender.addr, ...sockets.map(addrOf), receiver.addr];
    let broken = Promise.resolve();
    sockets.forEach((socket, i) => {
      const isLast = i === sockets.length - 1;
      const task = relay(socket, {
        previous: stops[i],
        next: stops[i + 2],
        breaksAfter: isLast ? plan.breaksAfter : undefined,
      });
      if (isLast) broken = task;
      tasks.push(task);
    });
    return {
      name: plan.name,
      relays: plan.relays,
      entrance: stops[1],
      exit: stops[plan.relays],
      broken,
    };
  });
  return {
    sender,
    receiver,
    roads,
    async [Symbol.asyncDispose]() {
      for (const socket of [sender, receiver, ...relays]) socket.close();
      await Promise.all(tasks);
    },
  };
}

/**
 * Passes datagrams on: what comes from the stop ahead goes back, all else goes
 * ahead. When it breaks down it says nothing to anybody.
 */
async function relay(
  socket: DatagramSocket,
  { previous, next, breaksAfter = Infinity }: {
    previous: Deno.NetAddr;
    next: Deno.NetAddr;
    breaksAfter?: number;
  },
): Promise<void> {
  let passed = 0;
  for await (const { bytes, from } of socket) {
    const to = from.port === next.port ? previous : next;
    try {
      await socket.send(bytes, to);
    } catch (error) {
      // The lesson is over, and has closed the socket.
      if (error instanceof Deno.errors.BadResource) return;
      throw error;
    }
    if (++passed === breaksAfter) break;
  }
  socket.close();
}

function addrOf(socket: DatagramSocket): Deno.NetAddr {
  return socket.addr;
}
