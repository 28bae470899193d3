/** Routes from a sender to a receiver: UDP sockets that forward datagrams. */
import { bindUdp, type DatagramSocket } from "../../lib/net/mod.ts";

/** The plan of a route. */
export interface RoutePlan {
  /** The route's name. */
  name: string;
  /** The number of relays on the route. */
  relays: number;
  /**
   * The number of datagrams after which the last relay fails.
   *
   * @default {Infinity}
   */
  breaksAfter?: number;
}

/** An open route. */
export interface Route {
  name: string;
  /** The address that the sender sends its datagrams to. */
  entrance: Deno.NetAddr;
  /** The last relay's address, by which the receiver recognizes the route. */
  exit: Deno.NetAddr;
  /** Resolves when the last relay has failed. */
  broken: Promise<void>;
}

/** A sender, a receiver, and the routes between them. */
export interface Network extends AsyncDisposable {
  sender: DatagramSocket;
  receiver: DatagramSocket;
  routes: Route[];
}

/**
 * Opens a sender, a receiver, and all relays between them, each with a socket.
 *
 * @param plans The routes.
 * @returns The network. Disposing of it closes every socket.
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
 * Forwards datagrams: those from the next stop go back, all others go ahead.
 * When a relay fails, it tells neither side.
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
      // The lesson is over and has closed the socket.
      if (error instanceof Deno.errors.BadResource) return;
      throw error;
    }
    if (++passed === breaksAfter) break;
  }
  socket.close();
}
