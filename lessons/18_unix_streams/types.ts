/** Exercise 18.1: listens at a path, even if it's stale. */
export type ListenAt = (path: string) => Promise<Deno.UnixListener>;

/** Exercise 18.2: whether a path is short enough for a Unix socket. */
export type PathFits = (path: string) => boolean;
