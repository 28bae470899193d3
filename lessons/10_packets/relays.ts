/** Routes from a sender to a receiver: UDP sockets that pass datagrams on. */
import { bindUdp, type DatagramSocket } from "../../lib/net/mod.ts";

/** A route, as the lesson plans it. */
export interface RoutePlan {
  /** Its name. */
  name: string;
  /** How many relays are on it. */
  relays: number;
  /**
   * After how many datagrams its last relay breaks down.
   *
   * @default {Infinity}
   */
  breaksAfter?: number;
}

/** A route that is open. */
export interface Route {
  name: string;
  /** The address that the sender sends its datagrams to. */
  entrance: Deno.NetAddr;
  /** The address that they come from, by which the receiver knows the route. */
  exit: Deno.NetAddr;
  /** Resolves when its last relay has broken down. */
  broken: Promise<void>;
}

/** Two ends and the routes between them. */
export interface Network extends AsyncDisposable {
  sender: DatagramSocket;
  receiver: DatagramSocket;
  routes: Route[];
}

/**
 * Opens the two ends and all relays between them, each with its own socket.
 *
 * @param plans The routes.
 * @returns The ends and the routes; disposing of them closes every socket.
 */
export function openNetwork(plans: RoutePlan[]): Network {
  const sender = bindUdp();
  const receiver = bindUdp();
  const relays: DatagramSocket[] = [];
  const tasks: Promise<void>[] = [];
  const routes = plans.map((plan): Route => {
    const sockets = Array.from({ length: plan.relays }, () => bindUdp());
    relays.push(...sockets);
    const stops = [sender, ...sockets, receiver].map(({ addr }) => addr);
    const passing = sockets.map((socket, i) =>
      relay(socket, {
        previous: stops[i],
        next: stops[i + 2],
        breaksAfter: i === sockets.length - 1 ? plan.breaksAfter : undefined,
      })
    );
    tasks.push(...passing);
    return {
      name: plan.name,
      entrance: stops[1],
      exit: stops[plan.relays],
      broken: passing.at(-1)!,
    };
  });
  return {
    sender,
    receiver,
    routes,
    async [Symbol.asyncDispose]() {
      for (const socket of [sender, receiver, ...relays]) socket.close();
      await Promise.all(tasks);
    },
  };
}

/**
 * Passes datagrams on: those from the next stop go back, all others go ahead.
 * When it breaks down, it tells nothing to either side.
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
