/** One good answer to each exercise of lesson 17. */

// ---- 17.1 listenAt ----------------------------------------------------------

export async function listenAt(path: string): Promise<Deno.UnixListener> {
  try {
    // The usual case, and the only one that needs no questions.
    return Deno.listen({ transport: "unix", path });
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    // lstat, not stat: what counts is what is at the path itself. A plain file
    // refuses a connection too, so this comes before the knock.
    const { isSocket } = await Deno.lstat(path);
    if (!isSocket || await isSomebodyThere(path)) throw error;
  }
  await Deno.remove(path);
  // If another server was faster just now, this throws AddrInUse again.
  return Deno.listen({ transport: "unix", path });
}

/** Only a refusal says that nobody is there; any other failure does not. */
async function isSomebodyThere(path: string): Promise<boolean> {
  try {
    using _knock = await Deno.connect({ transport: "unix", path });
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.ConnectionRefused);
  }
}

// ---- 17.2 pathFits ----------------------------------------------------------

export function pathFits(path: string): boolean {
  // The field has 108 bytes, and the last one is for the zero at the end. A
  // character takes one to four bytes in UTF-8, so characters do not count.
  return new TextEncoder().encode(path).length <= 107;
}
