/**
 * Leaves a socket file that nobody is behind, as a server does that is killed.
 *
 * Nothing is killed: `close()` removes the file of a listener, and here it does
 * not find it. The system sees no difference.
 *
 * @param path Where; there must be nothing.
 */
export function leaveStale(path: string): void {
  const listener = Deno.listen({ transport: "unix", path });
  Deno.renameSync(path, `${path}~`);
  listener.close();
  Deno.renameSync(`${path}~`, path);
}
