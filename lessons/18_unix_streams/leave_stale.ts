/**
 * Leaves a stale socket file, as a server that's killed does.
 *
 * It doesn't kill anything: it hides the file while it closes the listener, so
 * that `close()` doesn't find it. To the kernel, the result is the same.
 *
 * @param path Where to leave it. Nothing may be there.
 */
export function leaveStale(path: string): void {
  const listener = Deno.listen({ transport: "unix", path });
  Deno.renameSync(path, `${path}~`);
  listener.close();
  Deno.renameSync(`${path}~`, path);
}
