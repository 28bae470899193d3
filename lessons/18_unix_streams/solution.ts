/** One good answer to each exercise of lesson 18. */

// ---- 18.1 listenAt ----------------------------------------------------------

export async function listenAt(path: string): Promise<Deno.UnixListener> {
  try {
    // The usual case: nothing is at the path.
    return Deno.listen({ transport: "unix", path });
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    // Unlike stat(), lstat() doesn't follow a link. Connecting to a plain file
    // is refused, too, so check the kind of file first.
    const { isSocket } = await Deno.lstat(path);
    if (!isSocket || await isInUse(path)) throw error;
  }
  await Deno.remove(path);
  // If another server was faster, this throws AddrInUse again.
  return Deno.listen({ transport: "unix", path });
}

/** Only a refused connection shows that no server is listening. */
async function isInUse(path: string): Promise<boolean> {
  try {
    using _conn = await Deno.connect({ transport: "unix", path });
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.ConnectionRefused);
  }
}

// ---- 18.2 pathFits ----------------------------------------------------------

export function pathFits(path: string): boolean {
  // The kernel's field has 108 bytes, and the last one is a zero. A character
  // takes one to four bytes in UTF-8.
  return new TextEncoder().encode(path).length <= 107;
}
