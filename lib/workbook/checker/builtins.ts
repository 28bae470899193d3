/** The objects that answers share with the checks that judge them. */
const OBJECTS: Record<string, object> = {
  globalThis,
  Deno,
  "Deno.stdout": Deno.stdout,
  JSON,
  Math,
  Reflect,
  Atomics,
  performance,
  "async functions": Object.getPrototypeOf(async () => {}),
  "generators": Object.getPrototypeOf(function* () {}),
  "async generators": Object.getPrototypeOf(async function* () {}),
  "array iterators": Object.getPrototypeOf([][Symbol.iterator]()),
  "typed arrays": Object.getPrototypeOf(Uint8Array),
};
for (const name of Object.getOwnPropertyNames(globalThis)) {
  // Deno loads some other globals only on first access.
  const found = Object.getOwnPropertyDescriptor(globalThis, name);
  const value = found?.value;
  if (typeof value !== "function") continue;
  OBJECTS[name] = value;
  const { prototype } = value;
  if (prototype instanceof Object) OBJECTS[`${name}.prototype`] = prototype;
}
for (const name of ["Conn", "TcpConn", "Listener"]) {
  const value = (Deno as unknown as Record<string, unknown>)[name];
  if (value instanceof Object) OBJECTS[`Deno.${name}`] = value;
}
const TYPED = Object.getPrototypeOf(Uint8Array).prototype;
OBJECTS["typed arrays' prototype"] = TYPED;

/**
 * The properties that programs sometimes replace, which doesn't affect any
 * check.
 */
const HARMLESS = new Set(["Error.stackTraceLimit", "Error.prepareStackTrace"]);

type Snapshot = Map<object, Map<PropertyKey, PropertyDescriptor>>;

// The code below mustn't use anything that an answer may have replaced.
const { getOwnPropertyDescriptor, is } = Object;
const { ownKeys } = Reflect;

/**
 * Takes a snapshot of the built-in objects.
 *
 * @returns A function that returns the name of a built-in that has been
 * replaced since, such as `JSON.stringify`, or `undefined` if nothing has
 * changed.
 *
 * @example A replaced function
 * ```ts
 * import { watchBuiltins } from "./builtins.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { round } = Math;
 * const changed = watchBuiltins();
 * assertEquals(changed(), undefined);
 * Math.round = () => 4;
 * assertEquals(changed(), "Math.round");
 * Math.round = round;
 * ```
 */
export function watchBuiltins(): () => string | undefined {
  const before: Snapshot = new Map();
  for (const object of Object.values(OBJECTS)) {
    const own = new Map<PropertyKey, PropertyDescriptor>();
    for (const key of ownKeys(object)) {
      own.set(key, getOwnPropertyDescriptor(object, key)!);
    }
    before.set(object, own);
  }
  const names = Object.entries(OBJECTS);
  const entries = names.map(([name, object]) =>
    [name, object, [...before.get(object)!]] as const
  );
  return () => {
    for (let i = 0; i < entries.length; i++) {
      const [name, object, properties] = entries[i];
      for (let k = 0; k < properties.length; k++) {
        const [key, old] = properties[k];
        const now = getOwnPropertyDescriptor(object, key);
        const same = now !== undefined && is(now.value, old.value) &&
          now.get === old.get && now.set === old.set;
        if (same) continue;
        const property = typeof key === "symbol" ? key.toString() : `${key}`;
        const full = object === globalThis ? property : `${name}.${property}`;
        // Deno replaces some getters with a value on first use.
        const lazy = old.get !== undefined && now !== undefined &&
          (object === globalThis || object === Deno) &&
          is(now.value, old.get.call(object));
        if (!HARMLESS.has(full) && !lazy) return full;
      }
    }
  };
}
