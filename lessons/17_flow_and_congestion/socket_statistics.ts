/** Asks the program `ss` for the kernel's values of a TCP connection. */

/** The values that matter here, as `ss -ti` prints them. */
export interface SocketStatistics {
  /** The congestion control algorithm, such as `cubic` or `bbr`. */
  algorithm: string;
  /** The congestion window, in segments. */
  cwnd: number;
  /** The slow start threshold, in segments; `undefined` if there's none yet. */
  ssthresh?: number;
  /** The smoothed round-trip time and its variation, in milliseconds. */
  rtt: string;
  /** The most data in a segment, in bytes. */
  mss: number;
}

/**
 * Asks `ss` about the connection from one local port to another.
 *
 * @param from The port of the end to ask about.
 * @param to The peer's port.
 * @returns The values, or a line that says why there aren't any.
 */
export async function socketStatistics(
  from: number,
  to: number,
): Promise<SocketStatistics | string> {
  if (Deno.build.os !== "linux") return `${Deno.build.os} has no ss`;
  const filter = `( sport = :${from} and dport = :${to} )`;
  try {
    const { stdout } = await new Deno.Command("ss", {
      args: ["-tinH", filter],
      // Passing on an LD_… variable would need permission to run anything.
      clearEnv: true,
    }).output();
    return parseStatistics(new TextDecoder().decode(stdout)) ??
      "ss shows nothing about this connection here";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return "ss isn't installed (package iproute2)";
    }
    return "this run may not start ss (`deno task lesson 17` lets it)";
  }
}

/**
 * Reads what `ss -tin` prints about one connection.
 *
 * @param text The output.
 * @returns The values, or `undefined` if the output doesn't have them.
 */
export function parseStatistics(text: string): SocketStatistics | undefined {
  const words = text.trim().split("\n").at(-1)?.trim().split(/\s+/) ?? [];
  const values = new Map(words.map((word) => {
    const [name, ...value] = word.split(":");
    return [name, value.join(":")];
  }));
  const [cwnd, mss, rtt] = ["cwnd", "mss", "rtt"].map((name) =>
    values.get(name)
  );
  if (!cwnd || !mss || !rtt) return undefined;
  const ssthresh = values.get("ssthresh");
  return {
    // Flags such as `ts` and `sack` come first; only root sees them.
    algorithm: words.find((word) =>
      !/^(ts|sack|ecn|ecnseen|fastopen)$/.test(word)
    )!,
    cwnd: Number(cwnd),
    ...(ssthresh ? { ssthresh: Number(ssthresh) } : {}),
    rtt,
    mss: Number(mss),
  };
}
